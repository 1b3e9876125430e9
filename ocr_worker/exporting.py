"""Make the files that somebody asked for, in a background worker."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import structlog
from django.db import DatabaseError

from documents.actions.make_export import (
    ExportClaim,
    fail_export,
    postpone_export,
    publish_export,
)
from documents.bucket.errors import BucketError
from documents.errors import (
    ArchiveError,
    ExportFailed,
    LeaseLost,
    RendererUnavailable,
    StorageFull,
)
from documents.exports.engine_counts import describe_system
from documents.exports.rendition import read_pages
from documents.exports.results import iterate_pages
from documents.exports.writers import WRITERS
from documents.files.storage import archive, original_file
from documents.messages import Message
from documents.models import Document, Page
from ocr_worker.rendering import Renderer
from ocr_worker.searchable_pdf.make import describe_pages, write_searchable_pdf
from ocr_worker.searchable_pdf.source import Source

log = structlog.get_logger(__name__)

#: Seconds between two renewals of a lease of 60 s.
RENEW_EVERY = 15.0

POSTPONE_FOR = datetime.timedelta(seconds=20)

Writer = Callable[[ExportClaim, Document, Renderer, BinaryIO], None]


def run_export(claim: ExportClaim, renderer: Renderer) -> None:
    """Make the file and record the outcome: every failure ends where the one who asked sees it."""
    where = {"document": str(claim.document_id), "kind": claim.kind}
    try:
        document = Document.objects.get(id=claim.document_id)
        with archive().open_draft() as (path, file):
            _WRITERS[claim.kind](claim, document, renderer, file)
            file.close()
            publish_export(claim, path)
    except (LeaseLost, Document.DoesNotExist):
        log.info("export_lease_lost", **where)
    except (StorageFull, RendererUnavailable, BucketError) as error:
        log.error("export_postponed", code=error.code, reason=error.detail, **where)
        postpone_export(claim, POSTPONE_FOR, counted=False)
    except ArchiveError as error:
        log.warning("export_failed", code=error.code, reason=error.detail, **where)
        fail_export(claim, error)
    except DatabaseError:
        log.exception("export_postponed", **where)
        postpone_export(claim, datetime.timedelta(seconds=1), counted=True)
    except Exception as error:
        log.exception("export_raised_unexpected_error", **where)
        problem = f"{type(error).__name__}: {error}"
        fail_export(claim, ExportFailed(Message("An unexpected error: {problem}", problem=problem)))


class _Heartbeat:
    """Renews the claim now and then. Raises LeaseLost."""

    def __init__(self, claim: ExportClaim) -> None:
        self._claim = claim
        self._next = time.monotonic() + RENEW_EVERY

    def __call__(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + RENEW_EVERY
            self._claim.require()


def _write_pdf(
    claim: ExportClaim, document: Document, renderer: Renderer, target: BinaryIO
) -> None:
    beat = _Heartbeat(claim)

    def write(path: Path, mime_type: str) -> None:
        target.seek(0)
        target.truncate()
        # A PDF shows every page, with text or without.
        pages = iterate_pages(document, claim.options, with_skipped=True)
        source = Source(
            path=path,
            mime_type=mime_type,
            pages=describe_pages(pages),
            numbers=claim.options.list_numbers(document.page_count or 0),
            title=document.title,
            language=document.language,
            conformance=claim.options.conformance,
            system=describe_system(document),
            beat=beat,
        )
        write_searchable_pdf(renderer, source, target)

    with original_file(document.id, document.filename) as original:
        read_pages(document.id, document.mime_type, original, write)


def _write_from_pages(
    claim: ExportClaim, document: Document, renderer: Renderer, target: BinaryIO
) -> None:
    """A format that the database's pages suffice for."""
    beat = _Heartbeat(claim)

    def pages() -> Iterator[Page]:
        for page in iterate_pages(document, claim.options):
            beat()
            yield page

    WRITERS[claim.kind](document, pages(), claim.options, target)


_WRITERS: Mapping[str, Writer] = {"pdf": _write_pdf, **dict.fromkeys(WRITERS, _write_from_pages)}
