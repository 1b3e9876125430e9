"""A claim carried out: prepare a document, read a page, assemble the results.

Everything that goes wrong here ends in a state a person can see; only a lost claim ends in
nothing, because then somebody else has the work.
"""

from __future__ import annotations

import datetime

import structlog

from documents import pageimages
from documents.actions.chores import ChoreClaim, postpone_chore
from documents.actions.claim import PageClaim
from documents.actions.finish import finish
from documents.actions.prepare import fail_preparation, record_page_count
from documents.actions.record import fail_page, postpone_page, record_reading
from documents.errors import (
    ArchiveError,
    EngineFailed,
    LeaseLost,
    OriginalMissing,
    ReadingError,
    StorageFull,
)
from documents.models import Document
from documents.models.document import Chore
from documents.storage import archive, original_key
from ocr_worker.engines.base import Engine
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer

log = structlog.get_logger(__name__)

#: How long a chore or page rests that failed for a reason outside of it (a full disk, say).
REST = datetime.timedelta(seconds=20)


def read_claimed_page(claim: PageClaim, renderer: Renderer, engine: Engine | None) -> bool:
    """Read the page and record what became of it; whether that is a reading."""
    where = {"document": str(claim.document_id), "page": claim.number, "attempt": claim.attempt}
    try:
        try:
            reading = _read(claim, renderer, engine)
            _keep(claim, reading)
            return True
        except ArchiveError as error:
            if isinstance(error, LeaseLost):
                raise
            if isinstance(error, StorageFull):
                # Not the page's fault, and it mends: without end, and not counted.
                log.error("archive_full", reason=error.detail, **where)
                postpone_page(claim, REST)
                return False
            log.warning("page_not_read", code=error.code, reason=error.detail, **where)
            fail_page(claim, error)
        except Exception as error:
            # A defect of ours or of a library: the page must not take the reader with it.
            log.exception("page_broke_the_reader", **where)
            fail_page(claim, EngineFailed(f"An unexpected error: {type(error).__name__}: {error}"))
    except LeaseLost:
        log.info("lease_lost", **where)
    return False


def do_chore(claim: ChoreClaim, renderer: Renderer) -> None:
    """Count the document's pages, or assemble its results."""
    where = {"document": str(claim.document_id), "chore": claim.chore, "attempt": claim.attempt}
    try:
        if claim.chore == Chore.PREPARE:
            _prepare(claim, renderer)
        else:
            finish(claim)
    except LeaseLost:
        log.info("chore_lost", **where)
    except StorageFull as error:
        # Not the document's fault, and it mends: without end, and not counted.
        log.error("archive_full", reason=error.detail, **where)
        postpone_chore(claim, REST, counted=False)
    except Exception:
        log.exception("chore_broke", **where)
        postpone_chore(claim, REST)


def _read(claim: PageClaim, renderer: Renderer, engine: Engine | None) -> PageReading:
    try:
        with archive().local_copy(original_key(claim.document_id, claim.filename)) as path:
            return read_page(
                renderer,
                engine,
                path,
                claim.mime_type,
                claim.number,
                ocr=claim.ocr,
                language=claim.language,
            )
    except FileNotFoundError as error:
        raise _missing() from error


def _keep(claim: PageClaim, reading: PageReading) -> None:
    if reading.page_image is not None:
        pageimages.keep_page_image(
            claim.document_id, claim.number, reading.layout.rotation, reading.page_image
        )
    record_reading(
        claim, reading.layout, engine=reading.engine, engine_version=reading.engine_version
    )


def _prepare(claim: ChoreClaim, renderer: Renderer) -> None:
    document = Document.objects.get(id=claim.document_id)
    key = original_key(document.id, document.filename)
    try:
        with archive().local_copy(key) as path:
            pages = renderer.page_count(path, document.mime_type)
            record_page_count(claim, pages)
            try:
                pageimages.keep_thumbnail(document.id, renderer.thumbnail(path, document.mime_type))
            except ReadingError as error:
                # Its first page will say the same for itself; the document goes on without.
                log.info("no_thumbnail", document=str(document.id), reason=error.detail)
    except ReadingError as error:
        log.warning("not_prepared", document=str(document.id), reason=error.detail)
        fail_preparation(claim, error)
    except FileNotFoundError:
        fail_preparation(claim, _missing())


def _missing() -> OriginalMissing:
    return OriginalMissing(
        "The original file is missing from the archive's storage. Upload it again to mend the "
        "document."
    )
