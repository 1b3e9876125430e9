"""Recognise office files and texts by marks in their bytes; nothing is unpacked or parsed.

Sources: ISO/IEC 29500-2 (names of parts of OOXML packages), ODF 1.2 part 3, 3.3 (`mimetype` is the
first entry, stored), MS-CFB 2.2 and 2.6 (header and directory of OLE files), MS-DOC, MS-XLS, MS-PPT
and MS-OXMSG (names of their streams), RFC 5322 (header fields of mail).
"""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from documents.messages import Message
from documents.text.csv_shape import looks_like_csv
from documents.text.encodings import decode_text, guess_encoding

#: Bytes at the end of a zip in which the names of its entries are looked for.
_TAIL_BYTES = 256 * 1024
#: Bytes of an OLE file's directory that are looked at, and of both ends of a file whose pieces lie
#: apart.
_DIRECTORY_BYTES, _ENDS_BYTES = 16 * 1024, 4 * 2**20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"

# What is recognised and not accepted, by a name without a dot.
NAMES = {
    "svg": Message("an SVG drawing"),
    "xml": Message("an XML file"),
    "ps": Message("a PostScript file"),
    "ole": Message("an old Office document of a kind that is not read here"),
    "odf": Message("an OpenDocument file of a kind that is not read here"),
    "opc": Message("an Office document of a kind that is not read here"),
    "epub": Message("an EPUB book"),
    "zip": Message("a zip archive"),
}

_OPENDOCUMENT = b"application/vnd.oasis.opendocument."
_ODF_KINDS = {b"text": ".odt", b"spreadsheet": ".ods", b"presentation": ".odp"}

_PARTS = ((b"word/", ".docx"), (b"xl/", ".xlsx"), (b"ppt/", ".pptx"))

#: What `recognise` says of a document that is encrypted as a whole.
LOCKED = "locked"

#: Names of streams. Of several the first counts: those of what is embedded come later.
_STREAMS = (
    ("EncryptedPackage", LOCKED),
    ("__substg1.0_", ".msg"),
    ("PowerPoint Document", ".ppt"),
    ("WordDocument", ".doc"),
    ("Workbook", ".xls"),
    ("Book", ".xls"),
)

_TEXT_MARKS = (
    (b"<svg", "svg"),
    (b"<!doctype html", ".html"),
    (b"<html", ".html"),
    (b"<head", ".html"),
    (b"<body", ".html"),
    (b"{\\rtf", ".rtf"),
    (b"%!ps", "ps"),
)
#: The line before each message of a mailbox (RFC 4155), and a field of a header (RFC 5322, 2.2).
_MAILBOX = re.compile(rb"from [^\n]{3,300}\n>?[!-9;-~]{1,80}:")
_FIELD = re.compile(rb"[!-9;-~]{1,80}:")
_HEADER_BYTES = 8192


def recognise(head: bytes, file: BinaryIO | None) -> str:
    """The usual suffix of an accepted office file (".docx"), a key of `NAMES`, or "".

    `head`: the file's first bytes; `file`: the whole, where it is at hand.
    """
    if head.startswith(_ZIP):
        return _recognise_zip(head, file)
    if head.startswith(_OLE):
        return _recognise_ole(head, file)
    return _recognise_text(head)


def _recognise_zip(head: bytes, file: BinaryIO | None) -> str:
    if head[30:38] == b"mimetype":
        kind = head[38:]
        if kind.startswith(_OPENDOCUMENT):
            return _name_odf(kind)
        if kind.startswith(b"application/epub"):
            return "epub"
    seen = _read_directory(file) or head
    if b"[Content_Types].xml" not in seen:
        is_odf = all(name in seen for name in (b"META-INF/manifest.xml", b"content.xml"))
        return _recognise_repacked(file) if is_odf else "zip"
    found = [(seen.find(mark), name) for mark, name in _PARTS if mark in seen]
    return min(found)[1] if found else "opc"


def _name_odf(kind: bytes) -> str:
    kind = kind[len(_OPENDOCUMENT) :]
    return next((name for mark, name in _ODF_KINDS.items() if kind.startswith(mark)), "odf")


def _recognise_repacked(file: BinaryIO | None) -> str:
    """An OpenDocument file that another program has zipped again: its type may lie anywhere, or be
    packed. A text then: LibreOffice looks for itself."""
    start = _read(file, 0, _ENDS_BYTES) + _read(file, -_ENDS_BYTES, _ENDS_BYTES)
    place = start.find(b"mimetype" + _OPENDOCUMENT)
    return _name_odf(start[place + len(b"mimetype") :]) if place >= 0 else ".odt"


def _read_directory(file: BinaryIO | None) -> bytes:
    """The central directory of a zip (APPNOTE 4.3.12, 4.3.16), b"" where its end is not found. Only
    that tells an office document from a zip that holds some."""
    tail = _read(file, -_TAIL_BYTES, _TAIL_BYTES)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        return tail
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    return tail[max(0, end - size) : end]


def _recognise_ole(head: bytes, file: BinaryIO | None) -> str:
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    first = int.from_bytes(head[48:52], "little")
    directory = _read(file, (first + 1) * sector, _DIRECTORY_BYTES) or head
    found = _find_stream(directory)
    if not found and file is not None:
        found = _find_stream(_read(file, 0, _ENDS_BYTES)) or _find_stream(
            _read(file, -_ENDS_BYTES, _ENDS_BYTES)
        )
    return found or "ole"


def _find_stream(directory: bytes) -> str:
    """What the first known name of a stream says, "" for none."""
    directory = directory.lower()  # names are the same in any case
    places = [(directory.find(name.lower().encode("utf-16-le")), kind) for name, kind in _STREAMS]
    return min(((place, kind) for place, kind in places if place >= 0), default=(0, ""))[1]


def _recognise_text(head: bytes) -> str:
    if guess_encoding(head) is None:
        return ""
    text = decode_text(head).lstrip("\ufeff \t\n")
    start = text[:2048].encode("utf-8", "replace").lower()
    for mark, name in _TEXT_MARKS:
        if start.startswith(mark):
            return "svg" if b"<svg" in start and name == "xml" else name
    if start.startswith((b"<?xml", b"<!--")):
        if b"<svg" in start:
            return "svg"
        return ".html" if b"<html" in start else "xml"
    if _MAILBOX.match(start):
        return ".mbox"
    if _FIELD.match(start) and _is_mail(text[:_HEADER_BYTES].encode("utf-8", "replace").lower()):
        return ".eml"
    return ".csv" if looks_like_csv(text) else ".txt"


def _is_mail(start: bytes) -> bool:
    """Whether the first lines are fields of a header, with a sender among them or, in a draft, a
    subject and the version of MIME."""
    lines = start.split(b"\n\n", 1)[0].splitlines()
    fields = [line for line in lines if _FIELD.match(line)]
    names = {line.split(b":", 1)[0] for line in fields}
    has_sender = bool(names & {b"from", b"received", b"return-path"})
    return (has_sender or {b"subject", b"mime-version"} <= names) and len(fields) + sum(
        line[:1] in (b" ", b"\t") for line in lines
    ) >= len(lines) - 1


def _read(file: BinaryIO | None, start: int, size: int) -> bytes:
    """`size` bytes from `start`, from the end where that is negative; the place stays."""
    if file is None:
        return b""
    before = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(min(length, start) if start >= 0 else max(0, length + start))
    data = file.read(size)
    file.seek(before)
    return data
