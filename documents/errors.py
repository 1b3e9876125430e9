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

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.notices import Notice


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


# --- the bucket that everything is kept in too ------------------------------------------------


class BucketError(ArchiveError):
    """The bucket did not do what it was asked to. Most of these pass, by themselves or when
    somebody mends a setting; nothing is lost meanwhile, because the archive's own disk has it."""

    code = "bucket-error"
    permanent = False
    summary = _("The object storage did not do what it was asked to.")


class BucketUnreachable(BucketError):
    """No answer: no route, an unknown name, refused, cut off, too slow, or not trusted (TLS)."""

    code = "bucket-unreachable"
    summary = _("The object storage can't be reached.")


class BucketOpen(BucketUnreachable):
    """Not asked at all: it did not answer several times in a row
    (documents/bucket/circuit_breaker.py)."""

    code = "bucket-open"
    summary = _("The object storage did not answer several times and is left alone for a moment.")


class BucketBusy(BucketError):
    code = "bucket-busy"
    summary = _("The object storage is too busy or broken at the moment.")


class BucketFull(BucketError):
    code = "bucket-full"
    summary = _("The object storage has no room left.")


class WrongAccessKey(BucketError):
    code = "bucket-wrong-access-key"
    summary = _("The object storage does not know the access key.")


class WrongSecretKey(BucketError):
    code = "bucket-wrong-secret-key"
    summary = _("The secret key does not belong to the access key of the object storage.")


class ClockSkew(BucketError):
    code = "bucket-clock-skew"
    summary = _("The clock of this machine differs too much from that of the object storage.")


class NoSuchBucket(BucketError):
    code = "bucket-missing"
    summary = _("The object storage has no bucket of this name.")


class BucketForbidden(BucketError):
    code = "bucket-forbidden"
    summary = _("The access key may not do this in the bucket.")


class BucketRefused(BucketError):
    """Anything else that the server said; its own code and message are in the detail."""

    code = "bucket-refused"
    summary = _("The object storage refused the request.")


class ObjectMissing(BucketError):
    code = "object-missing"
    permanent = True
    summary = _("The object is not in the bucket.")


class ObjectTooLarge(BucketError):
    """Larger than the caller is ready to hold in memory."""

    code = "object-too-large"
    permanent = True
    summary = _("The object in the bucket is larger than expected.")


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


class NotInTrash(Conflict):
    code = "not-in-trash"
    summary = _("The document is not in the trash.")


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


class SearchUnavailable(ArchiveError):
    """There is no search index that can be read: it is built by itself, and nothing is lost."""

    code = "search-unavailable"
    permanent = False
    summary = _("The search is being prepared. Try again in a moment.")


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


# --- a copy outside of the database ------------------------------------------------------------


class DamagedCopy(ArchiveError):
    """A file of the archive is not what its manifest says, or is no manifest."""

    code = "damaged-copy"
    summary = _("A file of the archive is damaged.")


class NotMirroredYet(BucketError):
    """The file is on another machine, and not in the bucket yet; it will be."""

    code = "not-mirrored-yet"
    summary = _("The file is not in the object storage yet.")


class Purged(BucketError):
    """Another container of this archive has purged the document."""

    code = "purged"
    permanent = True
    summary = _("The document was removed for good elsewhere.")


class NewerCopy(BucketError):
    """The bucket's manifest is of a higher version: another container of this archive wrote it."""

    code = "newer-copy"
    permanent = True
    summary = _("The object storage has a newer version of this document.")


def _subclasses(cls: type[ArchiveError]) -> list[type[ArchiveError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in _subclasses(child))]


def describe(code: str) -> str:
    """The sentence for a person, in the active language; the code itself where it is unknown."""
    for cls in _subclasses(ArchiveError):
        if cls.code == code:
            return str(cls.summary)
    return code


def notice_of(error: ArchiveError) -> Notice:
    """The error as a sentence for an administrator: its summary in the reader's language; in
    English its detail, which says more."""
    with translation.override(None):  # the summary as the catalogues know it
        return Notice(str(error.summary), english=error.detail)
