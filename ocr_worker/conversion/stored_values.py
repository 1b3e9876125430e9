"""Keep what a document's fields said when it was saved: LibreOffice fills the day, the name of the
file and more again, and a letter of 2019 would say today.

Fields become ones whose stored text LibreOffice shows as it is (decision 32). Files are changed
before LibreOffice reads them, by what surely is such a field; anything else stays as it is. What a
file does not store (dates of old presentations) can't be kept. In the child only.
"""

from __future__ import annotations

import contextlib
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import olefile

from documents.files import filetypes

#: What LibreOffice would fill again, by Word's names (ECMA-376 part 1, 17.16.5). Numbers of pages
#: are not here: they have to fit the pages that are made.
_FILLED = (
    b"DATE|TIME|SAVEDATE|PRINTDATE|CREATEDATE|FILENAME|TITLE|SUBJECT|KEYWORDS|COMMENTS|TEMPLATE|INFO"
    b"|AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|NUMWORDS|NUMCHARS|EDITTIME|REVNUM"
    b"|DOCPROPERTY|REF|PAGEREF|NOTEREF|IF"
)
#: The same in DOC (MS-DOC 2.9.90, flt): REF, DATE, TIME and so on.
_FILLED_IN_DOC = frozenset({3, 7, *range(14, 26), 27, 28, 29, 30, 31, 32, 37, 60, 61, 62, 72, 85})
#: QUOTE, which LibreOffice does not know: the text of the field is shown.
_QUOTE = 35
#: Lists of fields in DOC: the places of their sizes in the head (MS-DOC 2.5.6): main text, headers,
#: footnotes, comments, endnotes, text boxes, those of headers.
_FIELD_LISTS = tuple(0x9A + 8 * place for place in (16, 17, 18, 19, 48, 57, 59))

_CODE = re.compile(rb"(:instrText\b[^<>]*>\s*)(?:%s)(?=[\s<])" % _FILLED, re.IGNORECASE)
_SIMPLE = re.compile(rb'(:fldSimple\b[^<>]*:instr="\s*)(?:%s)(?=[\s"])' % _FILLED, re.IGNORECASE)
_IN_RTF = re.compile(
    rb"(\\fldinst\b(?:[\s{}]|\\\*|\\[a-z]+-?\d*)*)(?:%s)(?=[\s\\}])" % _FILLED, re.IGNORECASE
)
_SLIDE_DATE = re.compile(
    rb'<(\w+):fld\b[^<>]*\btype="datetime[^"]*"[^<>]*>(.*?)</\1:fld>', re.DOTALL
)
_ODF_FIELD = re.compile(rb"<text:(date|time|file-name)(?: [^<>]*)?(?<!/)>([^<>]*)</text:\1>")
_ODF_CELL = re.compile(rb'(<table:table-cell\b[^<>]*?) table:formula="[^"]*\b(?:TODAY|NOW)\([^"]*"')
_SHEET_FORMULA = re.compile(
    rb"<f(?: (?!t=)[\w:]+=\"[^\"]*\")*>[^<]*\b(?:TODAY|NOW)\([^<]*</f>(?=<v>[^<])"
)

#: Bytes of a package's parts together, and of a rich text; larger files stay as they are.
_MOST = 128 * 2**20

_Change = Callable[[bytes], bytes]


def _keep_in_text(part: bytes) -> bytes:
    return _SIMPLE.sub(rb"\1QUOTE", _CODE.sub(rb"\1QUOTE", part))


def _keep_in_slide(part: bytes) -> bytes:
    return _SLIDE_DATE.sub(rb"<\1:r>\2</\1:r>", part)


def _keep_in_sheet(part: bytes) -> bytes:
    return _SHEET_FORMULA.sub(b"", part)


def _keep_in_odf(part: bytes) -> bytes:
    return _ODF_CELL.sub(rb"\1", _ODF_FIELD.sub(rb"\2", part))


_ODF_PARTS = re.compile(r"(?:content|styles)\.xml")
#: What is changed in a package, by its type: which parts, and how.
_IN_PACKAGES: dict[str, tuple[re.Pattern[str], _Change]] = {
    filetypes.DOCX.mime_type: (re.compile(r"word/[^/]+\.xml"), _keep_in_text),
    filetypes.PPTX.mime_type: (re.compile(r"ppt/slide\w*/[^/]+\.xml"), _keep_in_slide),
    filetypes.XLSX.mime_type: (re.compile(r"xl/worksheets/[^/]+\.xml"), _keep_in_sheet),
    filetypes.ODT.mime_type: (_ODF_PARTS, _keep_in_odf),
    filetypes.ODP.mime_type: (_ODF_PARTS, _keep_in_odf),
    filetypes.ODS.mime_type: (_ODF_PARTS, _keep_in_odf),
}


def keep_stored_values(path: Path, mime_type: str) -> None:
    """Change the file at `path` so that its fields show what is stored in them. Damaged files stay
    as they are: LibreOffice may mend them, or says what is wrong. Raises OSError, MemoryError."""
    if mime_type in _IN_PACKAGES:
        with contextlib.suppress(
            ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error
        ):
            _change_package(path, *_IN_PACKAGES[mime_type])
    elif mime_type == filetypes.RTF.mime_type and path.stat().st_size <= _MOST:
        text = path.read_bytes()
        changed = _IN_RTF.sub(rb"\1QUOTE", text)
        if changed != text:
            path.write_bytes(changed)
    elif mime_type == filetypes.DOC.mime_type and olefile.isOleFile(str(path)):
        with contextlib.suppress(OSError, struct.error, ValueError, IndexError):
            _change_doc(path)


def _change_package(path: Path, parts: re.Pattern[str], change: _Change) -> None:
    changed: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > _MOST:
            return
        for name in package.namelist():
            if parts.fullmatch(name):
                old = package.read(name)
                new = change(old)
                if new != old:
                    changed[name] = new
        if not changed:
            return
        target = path.with_name("kept" + path.suffix)
        # Not made smaller again: it is read once, by the next step.
        with zipfile.ZipFile(target, "w") as out:
            for name in package.namelist():
                out.writestr(name, changed[name] if name in changed else package.read(name))
    target.replace(path)


def _change_doc(path: Path) -> None:
    with olefile.OleFileIO(str(path), write_mode=True) as file:
        with file.openstream("WordDocument") as stream:
            head = stream.read(0x9A + 8 * 93)
        (flags,) = struct.unpack_from("<H", head, 0x0A)
        name = "1Table" if flags & 0x0200 else "0Table"
        with file.openstream(name) as stream:
            table = bytearray(stream.read())
        before = bytes(table)
        for place in _FIELD_LISTS:
            start, size = struct.unpack_from("<II", head, place)
            count = max(size - 4, 0) // 6
            first = start + 4 * (count + 1)
            for at in range(first, min(first + 2 * count, len(table) - 1), 2):
                if table[at] & 0x1F == 0x13 and table[at + 1] in _FILLED_IN_DOC:
                    table[at + 1] = _QUOTE
        if bytes(table) != before:
            file.write_stream(name, bytes(table))
