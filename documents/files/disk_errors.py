"""A full disk, reported by the system or by the database, as one error of the archive."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from django.db import OperationalError

from documents.errors import StorageFull
from documents.messages import Message


@contextlib.contextmanager
def map_disk_errors() -> Iterator[None]:
    """Raise StorageFull for an error in the block that means a full disk."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if is_disk_full(error):
            raise storage_full() from error
        raise


def is_disk_full(error: BaseException) -> bool:
    """Whether the system or the database reports with `error` that the disk has no room."""
    if isinstance(error, OperationalError):
        # SQLITE_FULL has no number before Python 3.11; 53100 is PostgreSQL's disk_full.
        cause = error.__cause__
        return "disk is full" in str(error) or getattr(cause, "sqlstate", None) == "53100"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def storage_full() -> StorageFull:
    return StorageFull(
        Message(
            "The archive’s disk is full. Free some space or move the data directory to a larger "
            "disk, then try again."
        )
    )
