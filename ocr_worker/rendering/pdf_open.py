"""Open a PDF, by pdfium where it can and as rebuilt by qpdf where it can't. In the child only."""

from __future__ import annotations

import contextlib
import io
import os
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import pikepdf
import pypdfium2 as pdfium

from documents.errors import DamagedFile, NoPages, PageTooLarge, PasswordNeeded
from documents.messages import Message

from .pdf_stream import open_document

# The codes of FPDF_GetLastError (fpdfview.h).
_NEEDS_PASSWORD = 4
_UNSUPPORTED_SECURITY = 5

#: What qpdf rebuilds is kept in memory; larger files are not rebuilt.
LARGEST_REBUILT = 200 * 1024 * 1024

#: In so many bytes at the end of a file its `startxref` stands.
_TAIL = 2048

Open = Callable[[], pdfium.PdfDocument]


def open_pdf(stream: BinaryIO) -> tuple[pdfium.PdfDocument, Open, bool]:
    """The document, what opens the same file once more, and whether parts of it may be lost: it was
    damaged and had to be repaired. Raises ReadingError.

    qpdf repairs (a lost cross-reference table, a truncated end), and opens what needs no password
    because its owner's is empty.
    """
    locked = False
    try:
        return open_document(stream), partial(open_document, stream), False
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _UNSUPPORTED_SECURITY:
            raise PasswordNeeded(
                Message("The PDF is protected in an unknown way. Upload a copy without protection.")
            ) from error
        locked = code == _NEEDS_PASSWORD
    if os.fstat(stream.fileno()).st_size > LARGEST_REBUILT:
        if locked:
            raise _password_needed()
        raise DamagedFile(
            Message(
                "The PDF is damaged and too large to be repaired. "
                "Export it again from the program that made it, or scan the paper again."
            )
        )
    rebuilt = rebuild_pdf(stream)
    try:
        return pdfium.PdfDocument(rebuilt), partial(pdfium.PdfDocument, rebuilt), not locked
    except pdfium.PdfiumError as error:
        raise _damaged_file() from error


def unlock_pdf(stream: BinaryIO, password: str) -> bytes:
    """The file without its protection, as qpdf rewrites it.

    Raises PasswordNeeded where `password` does not open it, PageTooLarge, DamagedFile, NoPages.
    """
    if os.fstat(stream.fileno()).st_size > LARGEST_REBUILT:
        raise PageTooLarge(
            Message(
                "A protected PDF of more than {most} MB is not opened. Upload a copy without a "
                "password.",
                most=LARGEST_REBUILT >> 20,
            )
        )
    for encoded in _encode(password):
        with contextlib.suppress(PasswordNeeded):
            return rebuild_pdf(stream, encoded)
    raise _password_needed()


def _encode(password: str) -> list[bytes]:
    """As programs have written passwords: UTF-8 is the rule since PDF 2.0 (and NFKC with it)."""
    found = [unicodedata.normalize("NFKC", password).encode(), password.encode()]
    for encoding in ("pdfdoc", "cp1252", "cp1251"):
        with contextlib.suppress(UnicodeError):
            found.append(password.encode(encoding))
    return list(dict.fromkeys(found))


def rebuild_pdf(
    stream: BinaryIO, password: bytes = b"", *, numbers: list[int] | None = None
) -> bytes:
    """The file as qpdf rewrites it, without protection; `numbers`: of these pages only.

    Raises PasswordNeeded where `password` does not open it, DamagedFile, NoPages.
    """
    rebuilt = io.BytesIO()
    try:
        whole = _close_end(stream)
        with pikepdf.open(whole, password=password, suppress_warnings=True) as pdf:
            if len(pdf.pages) == 0:
                raise NoPages(
                    Message(
                        "The PDF has no pages. "
                        "Export it again from the program that made it, or scan the paper again."
                    )
                )
            if numbers is not None:
                _keep_pages(pdf, numbers)
            pdf.save(rebuilt)
    except pikepdf.PasswordError as error:
        raise _password_needed() from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
        raise _damaged_file() from error
    return rebuilt.getvalue()


def _close_end(stream: BinaryIO) -> BinaryIO:
    """The file from its start; where its end is lost, a copy that has one: qpdf drops an object
    after which nothing follows."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - _TAIL, 0))
    whole = b"startxref" in stream.read()
    stream.seek(0)
    return stream if whole else io.BytesIO(stream.read() + b"\nstartxref\n0\n%%EOF\n")


def _keep_pages(pdf: pikepdf.Pdf, numbers: list[int]) -> None:
    """Drop all pages but `numbers` (from 1, rising), and the outline, which names those dropped."""
    kept = set(numbers)
    for index in reversed(range(len(pdf.pages))):
        if index + 1 not in kept:
            del pdf.pages[index]
    for key in ("/Outlines", "/PageLabels", "/StructTreeRoot", "/Names", "/Dests"):
        if key in pdf.Root:
            del pdf.Root[key]
    pdf.remove_unreferenced_resources()


def _password_needed() -> PasswordNeeded:
    return PasswordNeeded(
        Message(
            "The PDF opens only with a password. Give it on the document’s page, or upload a copy "
            "without one."
        )
    )


def _damaged_file() -> DamagedFile:
    return DamagedFile(
        Message(
            "The file is damaged: it is no PDF that can be opened. "
            "Export it again from the program that made it, or scan the paper again."
        )
    )
