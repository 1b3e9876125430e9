"""The words of office files by other readers than the product's, to hold its text against."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

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
    if suffix not in _PRINTED:
        return None
    pieces: list[str] = []
    with zipfile.ZipFile(path) as package:
        for name in sorted(package.namelist()):
            if _PRINTED[suffix].fullmatch(name):
                _collect(ElementTree.fromstring(package.read(name)), pieces, suffix)
    return "".join(pieces)


def _read_workbook(path: Path) -> str:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return "\n".join(
        str(cell)
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    )


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
