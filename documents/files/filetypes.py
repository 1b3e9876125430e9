"""The types of files that are accepted, and how their pages are made.

Adding one: a row here, what recognises it (`sniff`, `office_marks`), and, where its pages are
made in a new way, a `PageSource` with what makes them (`documents/exports/rendition.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
