"""What can go wrong in the archive, as one small hierarchy.

Every error says what happened (`detail`), to which document and page, and carries a `code` that
clients may rely on. Whether trying again can help is decided by the class, where it is raised:
`permanent` errors are a page's or an upload's final answer, the others may be tried again.

A door translates a *class* into its own terms (the API into a status, the admin into a message);
nothing here knows of HTTP. `summary` is the sentence a person reads, in their language: the
class's, or the error's own, where the class's would not say what to do. `describe(code)` gives
the class's for an error that was kept. `detail` stays in English for logs and integrators.
"""

from __future__ import annotations

import uuid

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ArchiveError(Exception):
    """The root: `detail` says what happened and what to do next, in one or two sentences."""

    code = "error"
    permanent = True
    summary: str | Promise = _("Something went wrong.")

    def __init__(
        self,
        detail: str = "",
        *,
        summary: str | Promise | None = None,
        document: uuid.UUID | None = None,
        page: int | None = None,
        fields: dict[str, list[str]] | None = None,
    ) -> None:
        if summary is not None:
            self.summary = summary
        self.detail = detail or str(self.summary)
        self.document = document
        self.page = page
        self.fields = fields or {}
        super().__init__(self.detail)

    def __str__(self) -> str:
        where = "".join(
            f" [{name} {value}]"
            for name, value in (("document", self.document), ("page", self.page))
            if value is not None
        )
        return f"{self.detail}{where}"


# --- an upload that is not taken in ---------------------------------------------------------


class UploadRefused(ArchiveError):
    """The file was not accepted; nothing was kept of it."""

    code = "upload-refused"
    summary = _("The file was not accepted.")


class EmptyFile(UploadRefused):
    code = "empty-file"
    summary = _("The file is empty.")


class FileTooLarge(UploadRefused):
    code = "file-too-large"
    summary = _("The file is larger than this archive accepts.")


class UnsupportedFileType(UploadRefused):
    code = "unsupported-file-type"
    summary = _("Files of this type are not accepted.")


class StorageFull(ArchiveError):
    code = "storage-full"
    permanent = False
    summary = _("The archive has no room left on its disk.")


# --- a request that can't be met -------------------------------------------------------------


class InvalidRequest(ArchiveError):
    """A value makes no sense here; `fields` names the culprits."""

    code = "invalid-request"
    summary = _("The request is not valid.")


class NotFound(ArchiveError):
    """It does not exist, or the caller may not see it: the two are never told apart."""

    code = "not-found"
    summary = _("There is no such thing here.")


class NotAllowed(ArchiveError):
    """The caller sees it, but their role does not allow this."""

    code = "not-allowed"
    summary = _("Your role in the team does not allow this.")


class NotYet(ArchiveError):
    """It will exist, but does not yet (a result of a document still being read)."""

    code = "not-yet"
    permanent = False
    summary = _("This is not there yet.")


class Conflict(ArchiveError):
    """Somebody else was first, or the state does not allow it."""

    code = "conflict"
    summary = _("Somebody else changed this first.")


class Outdated(Conflict):
    """What was decided on is no longer what the caller saw."""

    code = "outdated"
    summary = _(
        "The text or the decision has changed since you opened the document. "
        "Look at it again, then decide."
    )


class InTrash(Conflict):
    code = "in-trash"
    summary = _("The document is in the trash. Restore it first.")


class StillBeingRead(Conflict):
    code = "still-being-read"
    summary = _("The document is still being read. Wait until it is finished.")


class NothingRead(Conflict):
    code = "nothing-read"
    summary = _("Nothing could be read here.")


class Busy(ArchiveError):
    """This process is doing as much as it may; the same request will work in a moment."""

    code = "busy"
    permanent = False
    summary = _("The server is busy. Try again in a moment.")


# --- a reading that did not come about --------------------------------------------------------


class ReadingError(ArchiveError):
    """A document could not be prepared, or a page could not be read."""

    code = "reading-failed"
    summary = _("The page could not be read.")


class DamagedFile(ReadingError):
    code = "damaged-file"
    summary = _("The file is damaged and can't be opened.")


class DamagedPage(ReadingError):
    code = "damaged-page"
    summary = _("The page is damaged and can't be shown.")


class PasswordNeeded(ReadingError):
    code = "password-needed"
    summary = _("The file is protected by a password. Upload a copy without one.")


class NoPages(ReadingError):
    code = "no-pages"
    summary = _("The file has no pages.")


class PageTooLarge(ReadingError):
    code = "page-too-large"
    summary = _("The page is too large to be read.")


class LimitExceeded(ReadingError):
    """The page needed more memory or processor time than one page may have. It will again."""

    code = "limit-exceeded"
    summary = _("The page needs more memory or time than one page may have.")


class ReadingTimeout(ReadingError):
    """Too slow by the clock; on a less busy machine it may work."""

    code = "timeout"
    permanent = False
    summary = _("Reading the page took too long.")


class EngineUnavailable(ReadingError):
    """No OCR engine is ready in this process (models or language data missing)."""

    code = "engine-unavailable"
    summary = _("No OCR engine is available.")


class EngineFailed(ReadingError):
    """The engine itself broke on this page; another try may succeed."""

    code = "engine-failed"
    permanent = False
    summary = _("The OCR engine failed on this page.")


class RendererUnavailable(EngineFailed):
    """Pages can't be drawn here at the moment; no file has been looked at yet."""

    code = "renderer-unavailable"
    summary = _("Pages can't be drawn at the moment.")


class OriginalMissing(ReadingError):
    code = "original-missing"
    permanent = False
    summary = _("The original file could not be found in the storage.")


class Quarantined(ReadingError):
    """The page's reader died or ran out of time too often; it is not tried again by itself."""

    code = "quarantined"
    summary = _("Reading this page stopped the reader several times, so it was set aside.")


class LeaseLost(ArchiveError):
    """The claim is no longer ours: it expired, or the document is being read anew."""

    code = "lease-lost"
    summary = _("The page was given to another reader.")


def _subclasses(cls: type[ArchiveError]) -> list[type[ArchiveError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in _subclasses(child))]


def describe(code: str) -> str:
    """The sentence for a person, in the active language; the code itself where it is unknown."""
    for cls in _subclasses(ArchiveError):
        if cls.code == code:
            return str(cls.summary)
    return code
