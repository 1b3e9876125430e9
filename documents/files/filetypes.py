"""The type of a file, recognised by its first bytes and never by its name.

Sources of the signatures: PDF 32000-1 section 7.5.2 and its implementation note 13 (the header
may stand anywhere in the first 1,024 bytes), RFC 2083 (PNG), JFIF/Exif (JPEG), TIFF 6.0 and
BigTIFF, RFC 9649 (WebP), ISO/IEC 23008-12 (HEIF brands), AV1 Image File Format 1.1 section 6 (AVIF
brands), ISO/IEC 15444-1 annexes A and I (JPEG 2000), GIF89a, BMP's BITMAPFILEHEADER.
The `filetype` library names refused types, so that the error can say what the file is.
"""

from __future__ import annotations

from dataclasses import dataclass

import filetype

from documents.errors import EmptyFile, UnsupportedFileType
from documents.messages import Message

#: How many first bytes `sniff` needs.
HEAD_BYTES = 8192


@dataclass(frozen=True)
class FileType:
    """An accepted type: its MIME type, the suffixes of its files (lower case, the usual one
    first) and its name for people."""

    mime_type: str
    suffixes: tuple[str, ...]
    name: str


PDF = FileType("application/pdf", (".pdf",), "PDF")
PNG = FileType("image/png", (".png",), "PNG")
JPEG = FileType("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG")
TIFF = FileType("image/tiff", (".tif", ".tiff"), "TIFF")
WEBP = FileType("image/webp", (".webp",), "WebP")
BMP = FileType("image/bmp", (".bmp", ".dib"), "BMP")
GIF = FileType("image/gif", (".gif",), "GIF")
HEIC = FileType("image/heic", (".heic", ".heif", ".hif"), "HEIC")

AVIF = FileType("image/avif", (".avif", ".avifs"), "AVIF")
JP2 = FileType("image/jp2", (".jp2", ".j2k", ".j2c", ".jpx", ".jpf", ".jpc"), "JPEG 2000")

ACCEPTED = (PDF, PNG, JPEG, TIFF, WEBP, BMP, GIF, HEIC, AVIF, JP2)
ACCEPTED_NAMES = ", ".join(kind.name for kind in ACCEPTED)

_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51\0", JP2),
)

#: Images coded in AV1.
_AVIF_BRANDS = {b"avif", b"avis"}

#: Still images coded in HEVC, and the general still-image brands.
_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_HEIF_BRANDS = _HEVC_BRANDS | {b"mif1", b"msf1"}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SVG = Message("an SVG drawing")
_HTML = Message("an HTML page")
_TEXT_MARKS = (
    (b"<svg", _SVG),
    (b"<!doctype html", _HTML),
    (b"<html", _HTML),
    (b"{\\rtf", Message("an RTF document")),
    (b"<?xml", Message("an XML file")),
    (b"%!ps", Message("a PostScript file")),
)


def sniff(head: bytes) -> FileType:
    """The accepted type of the file whose first `HEAD_BYTES` bytes are `head`.

    Raises EmptyFile for no bytes, UnsupportedFileType (with what the file looks like and what is
    accepted) for any other type.
    """
    if not head:
        raise EmptyFile(Message("The file is empty: it has no bytes. Choose the file again."))
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if _is_bmp(head):
        return BMP
    if head[4:8] == b"ftyp":
        brands = _heif_brands(head)
        if brands & _AVIF_BRANDS and (head[8:12] in _AVIF_BRANDS or not brands & _HEVC_BRANDS):
            return AVIF
        if brands & _HEIF_BRANDS:
            return HEIC
    # PDF viewers open a file that begins with "%PDF" even where the version is garbled.
    if (b"%PDF-" in head[:1024] or head.startswith(b"%PDF")) and not _is_container(head):
        return PDF
    raise UnsupportedFileType(
        Message(
            "Files of this type are not accepted. This one looks like {what}; accepted are "
            "{accepted}. Export it to PDF and upload that.",
            what=_name_type(head),
            accepted=ACCEPTED_NAMES,
        )
    )


def _is_bmp(head: bytes) -> bool:
    # Many texts begin with "BM": the four reserved bytes must be zero, and the DIB header must have
    # one of the sizes ever defined.
    return (
        head[:2] == b"BM"
        and head[6:10] == b"\0\0\0\0"
        and int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124}
    )


def _heif_brands(head: bytes) -> set[bytes]:
    size = min(int.from_bytes(head[:4], "big"), len(head), 256)
    brands = {head[i : i + 4] for i in range(16, size - 3, 4)}
    return brands | {head[8:12]}


def _is_container(head: bytes) -> bool:
    # A zip, mail or web page with a PDF in its first KB is what it begins as.
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith(
        (b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")
    ) or start.startswith((b"<html", b"<!doctype", b"<svg", b"from:", b"received:", b"mime-"))


def _guess_mime_type(head: bytes) -> str:
    """The MIME type that `filetype` recognises, "" for none."""
    guess = filetype.guess(head)
    # It looks at two or three bytes: an accepted type has failed our stricter test already.
    if guess is None or guess.mime in {kind.mime_type for kind in ACCEPTED}:
        return ""
    return str(guess.mime)


def _name_type(head: bytes) -> Message:
    """What the file looks like, as a part of a sentence."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"PK\x03\x04"):
        return _name_zip_type(head)
    if head.startswith(_OLE):
        return Message("an old Office document (Word, Excel or PowerPoint)")
    for mark, name in _TEXT_MARKS:
        if start.startswith(mark):
            return _SVG if b"<svg" in start[:2048] else name
    guessed = _guess_mime_type(head)
    if guessed:
        return Message("a file of type {mime_type}", mime_type=guessed)
    if b"\0" not in head[:1024]:
        return Message("a text file")
    return Message("a file of an unknown type")


def _name_zip_type(head: bytes) -> Message:
    # OPC and ODF put their identifying members first (ISO/IEC 29500-2; ODF 1.2 part 3, 3.3).
    for mark, name in (
        (b"word/", Message("a Word document")),
        (b"xl/", Message("an Excel workbook")),
        (b"ppt/", Message("a PowerPoint presentation")),
        (b"opendocument", Message("an OpenDocument file")),
        (b"[Content_Types].xml", Message("an Office document")),
        (b"epub", Message("an EPUB book")),
    ):
        if mark in head:
            return name
    return Message("a zip archive")
