"""The words of office files by other readers than the product's, to hold its text against.

Packages of XML and old presentations by walks of their own, workbooks by openpyxl, messages by
Python's `email` and olefile; the old binary formats and RTF by antiword, catdoc and xls2csv,
where they are installed.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import re
import shutil
import struct
import subprocess
import unicodedata
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import olefile
import openpyxl

_WORD = re.compile(r"\w+")
#: Elements that end a word in a package's XML, by their local names.
_BREAKS = {"p", "h", "tab", "br", "cr", "s", "line-break", "tc", "table-cell"}
#: Parts of a document that are printed.
_PRINTED = {
    ".docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml"),
    ".pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    ".odt": re.compile(r"content\.xml|styles\.xml"),
    ".odp": re.compile(r"content\.xml"),
    ".ods": re.compile(r"content\.xml"),
}
#: Shown elsewhere, twice, or not at all.
_LEFT_OUT = {"Fallback", "annotation", "tracked-changes", "notes", "delText", "instrText", "del"}


def words_of(text: str, *, letters_only: bool) -> Counter[str]:
    """Without marks and case. `letters_only`: numbers look as their format says."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    found = _WORD.findall(re.sub(r"-\s*\n\s*", "", text))
    return Counter(w for w in found if not letters_only or w.isalpha())


def read_text(path: Path, suffix: str) -> str | None:
    """The text that the pages of the file should show; None where there is no other reader."""
    if suffix == ".xlsx":
        return _read_workbook(path)
    if suffix in _PROGRAMS:
        return _run(_PROGRAMS[suffix], path)
    if suffix in _READERS:
        return _READERS[suffix](path)
    if suffix not in _PRINTED:
        return None
    pieces: list[str] = []
    with zipfile.ZipFile(path) as package:
        for name in sorted(package.namelist()):
            if _PRINTED[suffix].fullmatch(name):
                _collect(ElementTree.fromstring(package.read(name)), pieces, suffix)
    return "".join(pieces)


def _run(commands: tuple[tuple[str, ...], ...], path: Path) -> str | None:
    """What the first of the programs says that is installed and can read the file."""
    for command in commands:
        if shutil.which(command[0]):
            done = subprocess.run(
                [*command, str(path)], capture_output=True, timeout=60, check=False
            )
            if done.returncode == 0 and done.stdout.strip():
                return done.stdout.decode("utf-8", "replace")
    return None


def _read_plain(path: Path) -> str:
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class _WebPage(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("script", "style", "title", "noscript", "template")
        if tag not in ("b", "i", "u", "em", "strong", "span", "font", "a", "sub", "sup", "code"):
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "title", "noscript", "template"):
            self._hidden = max(0, self._hidden - 1)
        elif tag not in ("b", "i", "u", "em", "strong", "span", "font", "a", "sub", "sup", "code"):
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _text_of_html(html: str) -> str:
    page = _WebPage()
    page.feed(html)
    page.close()
    return "".join(page.pieces)


def _read_mail(path: Path) -> str:
    with path.open("rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    heads = {name: str(message.get(name, "")) for name in ("from", "to", "cc", "subject")}
    date = message["date"].datetime if message["date"] else None
    files = [part.get_filename() or "" for part in message.iter_attachments()]
    body = message.get_body(("html", "plain"))
    text = "" if body is None else str(body.get_content())
    if body is not None and body.get_content_type() == "text/html":
        text = _text_of_html(text)
    return _as_page(heads, date.strftime("%Y-%m-%d %H:%M %z") if date else "", files, text)


def _as_page(heads: dict[str, str], date: str, files: list[str], text: str) -> str:
    """With the words that the head of a message's page has."""
    named = {**heads, "date": date, "attachments": " ".join(filter(None, files))}
    return "\n".join((*(f"{name}: {value}" for name, value in named.items() if value), text))


def _read_outlook(path: Path) -> str | None:
    """Where the message has a plain body. The sender and the date are left out."""
    with olefile.OleFileIO(path) as file:
        body = _property(file, "", 0x1000)
        if body is None:
            return None
        heads = {
            name: _property(file, "", number) or ""
            for name, number in (("to", 0x0E04), ("cc", 0x0E03), ("subject", 0x0037))
        }
        places = {each[0] for each in file.listdir() if each[0].startswith("__attach_version1.0_")}
        files = [
            _property(file, place, 0x3707) or _property(file, place, 0x3704) or ""
            for place in sorted(places)
        ]
        return _as_page(heads, "", files, body)


def _property(file: olefile.OleFileIO, place: str, number: int) -> str | None:
    for kind, encoding in ((0x1F, "utf-16-le"), (0x1E, "cp1252")):
        name = f"{place}/__substg1.0_{number:04X}{kind:04X}".lstrip("/")
        if file.exists(name):
            return str(file.openstream(name).read(), encoding, "replace").rstrip("\0")
    return None


def _read_slides(path: Path) -> str:
    """The texts of slides (MS-PPT 2.9.42, 2.9.43; slides 1006, their list 4080 of instance 0)."""
    with olefile.OleFileIO(path) as file:
        data = file.openstream("PowerPoint Document").read()
    pieces: list[str] = []

    def walk(place: int, end: int, inside: bool) -> None:
        while place + 8 <= end:
            head, kind, size = struct.unpack_from("<HHI", data, place)
            place += 8
            if head & 0xF == 0xF:
                of_slides = kind == 1006 or (kind == 4080 and head >> 4 == 0)
                walk(place, min(end, place + size), inside or of_slides)
            elif inside and kind == 4000:
                pieces.append(data[place : place + size].decode("utf-16-le", "replace"))
            elif inside and kind == 4008:
                pieces.append(data[place : place + size].decode("cp1252", "replace"))
            place += size

    walk(0, len(data), False)
    return "\n".join(pieces)


#: By suffix; the first that is installed and can read the file.
_PROGRAMS: dict[str, tuple[tuple[str, ...], ...]] = {
    ".doc": (("antiword", "-w", "0", "-m", "UTF-8.txt"), ("catdoc", "-w", "-d", "utf-8")),
    ".xls": (("xls2csv", "-q", "0", "-d", "utf-8"),),
    ".rtf": (("catdoc", "-w", "-d", "utf-8"),),
}
_READERS = {
    ".txt": _read_plain,
    ".csv": _read_plain,
    ".html": lambda path: _text_of_html(_read_plain(path)),
    ".eml": _read_mail,
    ".msg": _read_outlook,
    ".ppt": _read_slides,
}


def _read_workbook(path: Path) -> str:
    """What is hidden left out."""
    book = openpyxl.load_workbook(path, data_only=True)
    found = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows, columns = sheet.row_dimensions, sheet.column_dimensions
        unseen = {
            number
            for each in columns.values()
            if each.hidden
            for number in range(each.min or 0, (each.max or 0) + 1)
        }
        found += [
            cell.value
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str)
            and not rows[cell.row].hidden
            and cell.column not in unseen
        ]
    return "\n".join(found)


def _collect(element: ElementTree.Element, pieces: list[str], suffix: str) -> None:
    name = element.tag.rpartition("}")[2]
    if name in _LEFT_OUT:
        return
    inside = name == "t" if suffix in (".docx", ".pptx") else "text:" in element.tag or True
    if inside and element.text:
        pieces.append(element.text)
    for child in element:
        _collect(child, pieces, suffix)
        if suffix not in (".docx", ".pptx") and child.tail:
            pieces.append(child.tail)
    if name in _BREAKS:
        pieces.append("\n")


def word_f1(ours: Counter[str], theirs: Counter[str]) -> float:
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0
