"""The type of a file, recognised by its bytes and never by its name; and how its pages are made.

Adding a type: a row here, what recognises it (`sniff`, `office_types`), and, where its pages are
made in a new way, a `PageSource` with what makes them (`documents/exports/rendition.py`).

Sources of the signatures: PDF 32000-1 section 7.5.2 and its implementation note 13 (the header
may stand anywhere in the first 1,024 bytes), RFC 2083 (PNG), JFIF/Exif (JPEG), TIFF 6.0 and
BigTIFF, RFC 9649 (WebP), ISO/IEC 23008-12 (HEIF brands), AV1 Image File Format 1.1 section 6 (AVIF
brands), ISO/IEC 15444-1 annexes A and I (JPEG 2000), GIF89a, BMP's BITMAPFILEHEADER.
The `filetype` library names refused types, so that the error can say what the file is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

import filetype

from documents.errors import EmptyFile, UnsupportedFileType
from documents.files import office_marks
from documents.messages import Message

#: How many first bytes `sniff` needs.
HEAD_BYTES = 8192


class PageSource(Enum):
    """Where a file's pages come from: the file itself, or a PDF that is made of it first. MEMBERS:
    it has none; the files that it holds become documents."""

    PDF = "pdf"
    IMAGE = "image"
    RENDITION = "rendition"
    MEMBERS = "members"


@dataclass(frozen=True)
class FileType:
    """An accepted type: its MIME type, the suffixes of its files (lower case, the usual one
    first) and its name for people. `holds_files`: beside its pages; each may become a document."""

    mime_type: str
    suffixes: tuple[str, ...]
    name: str
    pages: PageSource = PageSource.IMAGE
    holds_files: bool = False


PDF = FileType("application/pdf", (".pdf",), "PDF", PageSource.PDF, holds_files=True)
PNG = FileType("image/png", (".png",), "PNG")
JPEG = FileType("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG")
TIFF = FileType("image/tiff", (".tif", ".tiff"), "TIFF")
WEBP = FileType("image/webp", (".webp",), "WebP")
BMP = FileType("image/bmp", (".bmp", ".dib"), "BMP")
GIF = FileType("image/gif", (".gif",), "GIF")
HEIC = FileType("image/heic", (".heic", ".heif", ".hif"), "HEIC")

AVIF = FileType("image/avif", (".avif", ".avifs"), "AVIF")
JP2 = FileType("image/jp2", (".jp2", ".j2k", ".j2c", ".jpx", ".jpf", ".jpc"), "JPEG 2000")


def _office(mime_type: str, name: str, *suffixes: str) -> FileType:
    return FileType(mime_type, suffixes, name, PageSource.RENDITION)


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
# With macros or without, document or template: what differs is never run here.
DOCX = _office(f"{_OOXML}wordprocessingml.document", "DOCX", ".docx", ".docm", ".dotx", ".dotm")
XLSX = _office(f"{_OOXML}spreadsheetml.sheet", "XLSX", ".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm")
PPTX = _office(
    f"{_OOXML}presentationml.presentation", "PPTX",
    ".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm",
)  # fmt: skip
DOC = _office("application/msword", "DOC", ".doc", ".dot")
XLS = _office("application/vnd.ms-excel", "XLS", ".xls", ".xlt")
PPT = _office("application/vnd.ms-powerpoint", "PPT", ".ppt", ".pps", ".pot")
ODT = _office(f"{_ODF}text", "ODT", ".odt", ".ott")
ODS = _office(f"{_ODF}spreadsheet", "ODS", ".ods", ".ots")
ODP = _office(f"{_ODF}presentation", "ODP", ".odp", ".otp")
RTF = _office("application/rtf", "RTF", ".rtf")
HTML = _office("text/html", "HTML", ".html", ".htm", ".xhtml")
CSV = _office("text/csv", "CSV", ".csv", ".tsv", ".tab")
TXT = _office("text/plain", "TXT", ".txt", ".text", ".log", ".md", ".csv", ".tsv")


def _mail(mime_type: str, name: str, *suffixes: str) -> FileType:
    return FileType(mime_type, suffixes, name, PageSource.RENDITION, holds_files=True)


#: Messages: the pages are the head and the body, the attachments become documents.
EML = _mail("message/rfc822", "EML", ".eml", ".mht", ".mhtml", ".nws")
MSG = _mail("application/vnd.ms-outlook", "MSG", ".msg", ".oft")
P7M = _mail("application/pkcs7-mime", "P7M", ".p7m")
MAIL = (EML, MSG, P7M)

#: What an office program has encrypted: which of its formats is in it shows once it is opened.
LOCKED_OFFICE = _office(
    "application/x-ooxml-protected", "DOCX", *DOCX.suffixes, *XLSX.suffixes, *PPTX.suffixes
)

IMAGES = (PNG, JPEG, TIFF, WEBP, BMP, GIF, HEIC, AVIF, JP2)
OFFICE = (DOCX, DOC, RTF, ODT, XLSX, XLS, ODS, PPTX, PPT, ODP, TXT, CSV, HTML)

#: Containers: each file in one becomes a document of its own (ocr_worker/unpacking.py).
ZIP = FileType("application/zip", (".zip",), "ZIP", PageSource.MEMBERS)
RAR = FileType("application/vnd.rar", (".rar",), "RAR", PageSource.MEMBERS)
SEVEN_ZIP = FileType("application/x-7z-compressed", (".7z",), "7z", PageSource.MEMBERS)
TAR = FileType("application/x-tar", (".tar",), "TAR", PageSource.MEMBERS)
GZIP = FileType("application/gzip", (".gz", ".tgz"), "GZ", PageSource.MEMBERS)
BZIP2 = FileType("application/x-bzip2", (".bz2", ".tbz", ".tbz2"), "BZ2", PageSource.MEMBERS)
XZ = FileType("application/x-xz", (".xz", ".txz"), "XZ", PageSource.MEMBERS)
ZSTD = FileType("application/zstd", (".zst", ".tzst"), "ZST", PageSource.MEMBERS)
MBOX = FileType("application/mbox", (".mbox", ".mbx"), "MBOX", PageSource.MEMBERS)
#: What Outlook packs attachments into (`winmail.dat`).
TNEF = FileType("application/ms-tnef", (".tnef", ".dat"), "TNEF", PageSource.MEMBERS)
CONTAINERS = (ZIP, RAR, SEVEN_ZIP, TAR, GZIP, BZIP2, XZ, ZSTD, MBOX, TNEF)

ACCEPTED = (PDF, *IMAGES, *OFFICE, LOCKED_OFFICE, *MAIL, *CONTAINERS)
ACCEPTED_NAMES = ", ".join(dict.fromkeys(kind.name for kind in ACCEPTED))

_BY_MIME_TYPE = {kind.mime_type: kind for kind in ACCEPTED}
_BY_SUFFIX = {kind.suffixes[0]: kind for kind in (*OFFICE, *MAIL, MBOX)}

#: MIME types of the files of which a PDF is made first.
RENDERED_TYPES = tuple(kind.mime_type for kind in ACCEPTED if kind.pages is PageSource.RENDITION)


def page_source(mime_type: str) -> PageSource:
    """Where the pages of a stored document's file come from; of an unknown type, from itself."""
    kind = _BY_MIME_TYPE.get(mime_type)
    return PageSource.IMAGE if kind is None else kind.pages


def holds_files(mime_type: str) -> bool:
    """Whether files that become documents may lie in a file of this type."""
    kind = _BY_MIME_TYPE.get(mime_type)
    return kind is not None and (kind.holds_files or kind.pages is PageSource.MEMBERS)


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

#: Of PKWARE's APPNOTE 4.3 (a zip that is empty, or in parts, too), RarLab's technical note, 7-zip's
#: 7zFormat.txt, RFC 1952, 8878 and the xz format 1.1; tar's mark ("ustar") stands at byte 257.
_CONTAINER_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"PK00PK\x03\x04", ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b\x08", GZIP),
    (b"BZh", BZIP2),
    (b"\xfd7zXZ\x00", XZ),
    (b"\x28\xb5\x2f\xfd", ZSTD),
    (b"\x78\x9f\x3e\x22", TNEF),  # MS-OXTNEF 2.1.2
)

#: CMS (RFC 5652, 3): a sequence that begins with the type of the content, signed or encrypted.
_CMS = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06"
    rb"(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]"
    rb"|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17)",
    re.DOTALL,
)

#: Images coded in AV1.
_AVIF_BRANDS = {b"avif", b"avis"}

#: Still images coded in HEVC, and the general still-image brands.
_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_HEIF_BRANDS = _HEVC_BRANDS | {b"mif1", b"msf1"}


def sniff(head: bytes, file: BinaryIO | None = None) -> FileType:
    """The accepted type of the file whose first `HEAD_BYTES` bytes are `head`.

    `file`: the whole of it; looked at where the first bytes do not tell office files apart.
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
    if _CMS.match(head):
        return P7M
    container = _recognise_container(head)
    if container is not None and container is not ZIP:
        return container
    office = office_marks.recognise(head, file)
    if office == office_marks.LOCKED:
        return LOCKED_OFFICE
    if office in _BY_SUFFIX:
        return _BY_SUFFIX[office]
    if container is not None and office in ("", "zip"):
        return container
    raise UnsupportedFileType(
        Message(
            "Files of this type are not accepted. This one looks like {what}; accepted are "
            "{accepted}. Export it to PDF and upload that.",
            what=office_marks.NAMES.get(office) or _name_type(head),
            accepted=ACCEPTED_NAMES,
        )
    )


def _recognise_container(head: bytes) -> FileType | None:
    if head[257:262] == b"ustar":
        return TAR
    return next((kind for magic, kind in _CONTAINER_MAGIC if head.startswith(magic)), None)


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
        (
            b"PK\x03\x04",
            b"\x1f\x8b",
            b"Rar!",
            b"7z\xbc\xaf",
            b"MZ",
            b"\x7fELF",
            b"BZh",
            b"\xfd7zXZ",
            b"\x28\xb5\x2f\xfd",
            b"\xd0\xcf\x11\xe0",
        )
    ) or start.startswith(
        (
            b"<html",
            b"<!doctype",
            b"<svg",
            b"from:",
            b"from ",
            b"received:",
            b"mime-",
            b"return-path:",
            b"delivered-to:",
            b"dkim-signature:",
        )
    )


def _guess_mime_type(head: bytes) -> str:
    """The MIME type that `filetype` recognises, "" for none."""
    guess = filetype.guess(head)
    # It looks at two or three bytes: an accepted type has failed our stricter test already.
    if guess is None or guess.mime in {kind.mime_type for kind in ACCEPTED}:
        return ""
    return str(guess.mime)


def _name_type(head: bytes) -> Message:
    """What the file looks like, as a part of a sentence."""
    guessed = _guess_mime_type(head)
    if guessed:
        return Message("a file of type {mime_type}", mime_type=guessed)
    return Message("a file of an unknown type")
