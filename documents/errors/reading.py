"""Errors of reading: a document could not be prepared, or a page could not be read."""

from __future__ import annotations

from documents.errors.base import ArchiveError
from documents.messages import gettext_noop

_REPLACE = "Upload another copy of the file."
_WAIT = "Nothing: the page is tried again."
_WORKER = "See whether an OCR worker runs and which engine it has (`/health`)."


class ReadingError(ArchiveError):
    """A document could not be prepared, or a page could not be read."""

    code = "reading-failed"
    title = gettext_noop("The page could not be read.")
    next_step = "Have the failed pages read again, or upload another copy of the file."


class DamagedFile(ReadingError):
    """The file can't be opened."""

    code = "damaged-file"
    title = gettext_noop("The file is damaged and can't be opened.")
    next_step = _REPLACE


class DamagedPage(ReadingError):
    """The file opens, but this page can't be drawn."""

    code = "damaged-page"
    title = gettext_noop("The page is damaged and can't be shown.")
    next_step = _REPLACE


class PasswordNeeded(ReadingError):
    """The file is encrypted."""

    code = "password-needed"
    title = gettext_noop("The file is protected by a password.")
    next_step = (
        "Send the password to `POST /api/v1/documents/{id}/password/`, or upload a copy without "
        "one."
    )


class NoPages(ReadingError):
    """The file opens and has no pages."""

    code = "no-pages"
    title = gettext_noop("The file has no pages.")
    next_step = _REPLACE


class PagesOutOfRange(ReadingError):
    """Pages were asked for that the document has not."""

    code = "pages-out-of-range"
    title = gettext_noop("Pages were asked for that the document has not.")
    next_step = "Have it read again (`POST reprocess/`) with `pages` that it has."


class PageTooLarge(ReadingError):
    """The page, its text layer or the file exceeds what is read."""

    code = "page-too-large"
    title = gettext_noop("The page is too large to be read.")
    next_step = "Split the file, or scan it at a lower resolution."


class LimitExceeded(ReadingError):
    """The page needs more memory or processor time than one page may have."""

    code = "limit-exceeded"
    title = gettext_noop("The page needs more memory or time than one page may have.")
    next_step = "Export the page as a plain scan (an image, or PDF with one) and upload that."


class ConversionFailed(ReadingError):
    """No pages could be made of an office file."""

    code = "conversion-failed"
    title = gettext_noop("The file could not be turned into pages.")
    next_step = "Open the file in the program that made it, export it to PDF and upload that."


class ConverterMissing(ReadingError):
    """LibreOffice, which turns office files into pages, is not installed on this machine."""

    code = "converter-missing"
    title = gettext_noop("Office files can't be turned into pages here yet.")
    next_step = (
        "Install LibreOffice (Writer, Calc and Impress) and start again: these documents are then "
        "read by themselves."
    )


class ReadingTimeout(ReadingError):
    """Drawing or reading the page took too long; on a less busy machine it may work."""

    code = "timeout"
    permanent = False
    title = gettext_noop("Reading the page took too long.")
    next_step = _WAIT


class EngineUnavailable(ReadingError):
    """No OCR engine is ready in this process: models or language data are missing."""

    code = "engine-unavailable"
    title = gettext_noop("No OCR engine is available.")
    next_step = _WORKER


class EngineFailed(ReadingError):
    """The engine failed on this page; another attempt may succeed."""

    code = "engine-failed"
    permanent = False
    title = gettext_noop("The OCR engine failed on this page.")
    next_step = _WAIT


class RendererUnavailable(EngineFailed):
    """The rendering child does not start; no file has been opened yet."""

    code = "renderer-unavailable"
    title = gettext_noop("Pages can't be drawn at the moment.")
    next_step = "See whether the machine has memory and processes left."


class OriginalMissing(ReadingError):
    """The original is not in the archive's storage, or not there yet."""

    code = "original-missing"
    permanent = False
    title = gettext_noop("The original file could not be found in the storage.")
    next_step = "Upload the same file again: it replaces the missing one."


class Cancelled(ReadingError):
    """A person has stopped the reading of the document."""

    code = "cancelled"
    title = gettext_noop("Reading was stopped.")
    next_step = "Have the failed pages read again, if they are wanted after all."


class Quarantined(ReadingError):
    """Reading the page or preparing the document ended its process too often."""

    code = "quarantined"
    title = gettext_noop("Reading this page stopped the reader several times, so it was set aside.")
    next_step = "Remove the cause, then have the failed pages read again."
