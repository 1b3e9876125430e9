"""The HTTP status of each error of the archive."""

from __future__ import annotations

from documents import errors
from documents.bucket.errors import BucketError

#: A class that is not here has the status of its nearest parent.
STATUSES: dict[type[errors.ArchiveError], int] = {
    errors.ArchiveError: 500,
    errors.UploadRefused: 400,
    errors.FileTooLarge: 413,
    errors.UnsupportedFileType: 415,
    errors.StorageFull: 507,
    errors.InvalidRequest: 400,
    errors.LogInFailed: 401,
    errors.TooManyAttempts: 429,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.NotYet: 409,
    errors.Conflict: 409,
    errors.LeaseLost: 409,
    errors.KeyReused: 422,
    errors.UploadLost: 410,
    errors.AddressForbidden: 422,
    errors.FetchFailed: 422,
    errors.ExportFailed: 503,
    errors.ChangeFailed: 503,
    errors.ArrangeFailed: 503,
    errors.SourceError: 503,
    errors.Busy: 503,
    errors.SearchUnavailable: 503,
    errors.ReadingError: 422,
    errors.ReadingTimeout: 503,
    errors.EngineFailed: 503,
    errors.EngineUnavailable: 503,
    errors.ConverterMissing: 503,
    errors.OriginalMissing: 503,
    BucketError: 503,
    errors.DamagedCopy: 503,
}

#: Seconds after which the same request may succeed, by status.
RETRY_AFTER = {503: 2, 507: 60}


def retry_after(error: errors.ArchiveError) -> int | None:
    """Seconds after which the request may succeed: the error's own, or those of its status."""
    return error.retry_after or RETRY_AFTER.get(status_of(type(error)))


def status_of(error: type[errors.ArchiveError]) -> int:
    """The HTTP status of a class of errors."""
    return next(STATUSES[cls] for cls in error.__mro__ if cls in STATUSES)
