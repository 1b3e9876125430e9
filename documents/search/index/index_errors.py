"""Classify errors of Tantivy: damaged files, a lack of resources, or a wrong query."""

from __future__ import annotations

from pathlib import Path

import structlog

from documents.errors import SearchUnavailable
from documents.messages import Message
from documents.search.index import index_flags

log = structlog.get_logger(__name__)

#: Parts of Tantivy's messages about unreadable files.
_DAMAGE = ("corrupt", "i/o", "io error", "ioerror", "no packed page", "not found", "footer")

#: Parts of messages about a lack of resources, or about another process that still writes.
_RESOURCES = (
    "too many open files", "cannot allocate memory", "no space left", "storagefull", "lockbusy",
)  # fmt: skip


def is_resource_error(error: BaseException) -> bool:
    """Whether the files may be intact, and using them should be tried again."""
    return any(part in str(error).lower() for part in _RESOURCES)


def is_index_error(error: BaseException) -> bool:
    """Whether the error comes from unusable files. A panic in Tantivy is a BaseException."""
    return isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException"


def is_damage(error: BaseException) -> bool:
    """Whether a query failed because of the files, not because of the query itself."""
    if isinstance(error, ValueError):
        return any(part in str(error).lower() for part in _DAMAGE)
    return is_index_error(error)


def report_unreadable(generation: Path, error: BaseException) -> SearchUnavailable:
    """Log the error, have a damaged generation replaced, and return the exception to raise."""
    if is_resource_error(error):
        log.error("search_index_read_failed", generation=generation.name, reason=str(error))
        return SearchUnavailable(
            Message("The search index can’t be read at this moment. Try again soon.")
        )
    log.error("search_index_damaged", generation=generation.name, reason=str(error))
    index_flags.report_damage(generation)
    return make_unavailable()


def make_unavailable() -> SearchUnavailable:
    return SearchUnavailable(
        Message("The search index is not ready: it is being built. Try again soon.")
    )
