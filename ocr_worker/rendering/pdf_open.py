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
_LARGEST_REBUILT = 200 * 1024 * 1024

Open = Callable[[], pdfium.PdfDocument]


def open_pdf(stream: BinaryIO) -> tuple[pdfium.PdfDocument, Open]:
    """The document, and what opens the same file once more. Raises ReadingError.

    qpdf repairs (a lost cross-reference table, a truncated end), and opens what needs no password
    because its owner's is empty.
    """
    locked = False
    try:
        return open_document(stream), partial(open_document, stream)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _UNSUPPORTED_SECURITY:
            raise PasswordNeeded(
                Message("The PDF is protected in an unknown way. Upload a copy without protection.")
            ) from error
        locked = code == _NEEDS_PASSWORD
    if os.fstat(stream.fileno()).st_size > _LARGEST_REBUILT:
        if locked:
            raise _password_needed()
        raise DamagedFile(Message("The PDF is damaged and too large to be repaired."))
    rebuilt = _rebuild(stream)
    try:
        return pdfium.PdfDocument(rebuilt), partial(pdfium.PdfDocument, rebuilt)
    except pdfium.PdfiumError as error:
        raise _damaged_file() from error


def unlock_pdf(stream: BinaryIO, password: str) -> bytes:
    """The file without its protection, as qpdf writes it anew.

    Raises PasswordNeeded where `password` does not open it, PageTooLarge, DamagedFile, NoPages.
    """
    if os.fstat(stream.fileno()).st_size > _LARGEST_REBUILT:
        raise PageTooLarge(
            Message(
                "A protected PDF of more than {most} MB is not opened. Upload a copy without a "
                "password.",
                most=_LARGEST_REBUILT >> 20,
            )
        )
    for encoded in _encode(password):
        with contextlib.suppress(PasswordNeeded):
            return _rebuild(stream, encoded)
    raise _password_needed()


def _encode(password: str) -> list[bytes]:
    """As programs have written passwords: UTF-8 is the rule since PDF 2.0 (and NFKC with it)."""
    found = [unicodedata.normalize("NFKC", password).encode(), password.encode()]
    for encoding in ("pdfdoc", "cp1252", "cp1251"):
        with contextlib.suppress(UnicodeError):
            found.append(password.encode(encoding))
    return list(dict.fromkeys(found))


def _rebuild(stream: BinaryIO, password: bytes = b"") -> bytes:
    """The file as qpdf writes it anew, without protection.

    Raises PasswordNeeded where `password` does not open it, DamagedFile, NoPages.
    """
    rebuilt = io.BytesIO()
    stream.seek(0)
    try:
        with pikepdf.open(stream, password=password, suppress_warnings=True) as pdf:
            if len(pdf.pages) == 0:
                raise NoPages(Message("The PDF has no pages."))
            pdf.save(rebuilt)
    except pikepdf.PasswordError as error:
        raise _password_needed() from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
        raise _damaged_file() from error
    return rebuilt.getvalue()


def _password_needed() -> PasswordNeeded:
    return PasswordNeeded(
        Message(
            "The PDF opens only with a password. Give it on the document’s page, or upload a copy "
            "without one."
        )
    )


def _damaged_file() -> DamagedFile:
    return DamagedFile(Message("The file is damaged: it is no PDF that can be opened."))
