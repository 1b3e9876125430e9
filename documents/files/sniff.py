"""The type of a file, recognised by its bytes and never by its name.

Sources of the signatures: PDF 32000-1 section 7.5.2 and its implementation note 13 (the header
may stand anywhere in the first 1,024 bytes), RFC 2083 (PNG), JFIF/Exif (JPEG), TIFF 6.0 and
BigTIFF, RFC 9649 (WebP), ISO/IEC 23008-12 (HEIF brands), AV1 Image File Format 1.1 section 6 (AVIF
brands), ISO/IEC 15444-1 annexes A and I (JPEG 2000), GIF89a, BMP's BITMAPFILEHEADER.
The `filetype` library names refused types, so that the error can say what the file is.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import filetype

from documents.errors import EmptyFile, UnsupportedFileType
from documents.files import office_marks
from documents.files.filetypes import (
    ACCEPTED,
    ACCEPTED_NAMES,
    AVIF,
    BMP,
    BZIP2,
    GIF,
    GZIP,
    HEIC,
    JP2,
    JPEG,
    LOCKED_OFFICE,
    MAIL,
    MBOX,
    OFFICE,
    P7M,
    PDF,
    PNG,
    RAR,
    SEVEN_ZIP,
    TAR,
    TIFF,
    TNEF,
    WEBP,
    XZ,
    ZIP,
    ZSTD,
    FileType,
)
from documents.messages import Message

#: How many first bytes `sniff` needs.
HEAD_BYTES = 8192

_BY_SUFFIX = {kind.suffixes[0]: kind for kind in (*OFFICE, *MAIL, MBOX)}

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

#: Programs, and what Microsoft's programs wrote before they wrote zips.
_OTHERS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")
#: How web pages, pictures in SVG and messages begin, in small letters.
_TEXTS = (
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
    if (b"%PDF-" in head[:1024] or head.startswith(b"%PDF")) and not _is_no_pdf(head):
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


def _is_no_pdf(head: bytes) -> bool:
    """A container, program, message or web page that has a PDF in its first KB is what it begins
    as."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return (
        _recognise_container(head) is not None
        or head.startswith(_OTHERS)
        or start.startswith(_TEXTS)
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
