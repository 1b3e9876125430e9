"""A claim carried out: prepare a document, read a page, assemble the results.

Everything that goes wrong here ends in a state a person can see; only a lost claim ends in
nothing, because then somebody else has the work.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.conf import settings

from documents.actions.fail_page import fail_page
from documents.actions.finish import finish
from documents.actions.prepare import fail_preparation, record_page_count
from documents.actions.record_reading import record_reading
from documents.actions.release_page import postpone_page
from documents.actions.release_task import postpone_task
from documents.errors import (
    ArchiveError,
    BucketError,
    EngineFailed,
    EngineUnavailable,
    LeaseLost,
    NotMirroredYet,
    OriginalMissing,
    ReadingError,
    RendererUnavailable,
    StorageFull,
)
from documents.exports import page_images
from documents.files.storage import original_file
from documents.models import Document, Page, Task
from documents.models.claim import PageClaim, TaskClaim
from documents.replication.store_figures import keep_figures
from ocr_worker.engines.base import Engine
from ocr_worker.other_workers import another_worker_has_engine
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer

log = structlog.get_logger(__name__)

#: How long a task or page rests that failed for a reason outside of it (a full disk, say).
REST = datetime.timedelta(seconds=20)

#: What lies in the machine and not in the page or document that met it.
_NOBODYS_FAULT = (StorageFull, RendererUnavailable, BucketError)


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
            if isinstance(error, _NOBODYS_FAULT):
                # It mends, or somebody mends it: the page waits without end, and it is not counted.
                log.error("page_postponed", code=error.code, reason=error.detail, **where)
                postpone_page(claim, REST)
            elif isinstance(error, EngineUnavailable) and engine is None and _another_can(claim):
                log.info("page_left_to_another_reader", **where)
                postpone_page(claim, REST)
            else:
                log.warning("page_not_read", code=error.code, reason=error.detail, **where)
                fail_page(claim, error)
        except Exception as error:
            # A defect of ours or of a library: the page must not take the reader with it.
            log.exception("page_broke_the_reader", **where)
            fail_page(claim, EngineFailed(f"An unexpected error: {type(error).__name__}: {error}"))
    except LeaseLost:
        log.info("lease_lost", **where)
    return False


def run_task(claim: TaskClaim, renderer: Renderer) -> None:
    """Count the document's pages, or assemble its results."""
    where = {"document": str(claim.document_id), "task": claim.task, "attempt": claim.attempt}
    try:
        if claim.task == Task.PREPARE:
            _prepare(claim, renderer)
        else:
            finish(claim)
    except LeaseLost:
        log.info("chore_lost", **where)
    except _NOBODYS_FAULT as error:
        # It mends, or somebody mends it: the task waits without end, and it is not counted.
        log.error("chore_postponed", code=error.code, reason=error.detail, **where)
        postpone_task(claim, REST, counted=False)
    except Exception:
        log.exception("chore_broke", **where)
        postpone_task(claim, REST)


def _read(claim: PageClaim, renderer: Renderer, engine: Engine | None) -> PageReading:
    with _original(claim.document_id, claim.filename) as path:
        return read_page(
            renderer,
            engine,
            path,
            claim.mime_type,
            claim.number,
            ocr=claim.ocr,
            language=claim.language,
        )


@contextlib.contextmanager
def _original(document_id: uuid.UUID, filename: str) -> Iterator[Path]:
    """As `original_file`; NotMirroredYet where another machine has taken it in and the bucket, by
    which it comes here, has not got it yet."""
    with contextlib.ExitStack() as stack:
        try:
            path = stack.enter_context(original_file(document_id, filename))
        except OriginalMissing:
            waits = Document.objects.filter(id=document_id, mirrored_version=0).exists()
            if settings.OCRSITE_BUCKET is not None and waits:
                raise NotMirroredYet(
                    "The machine that took the file in has not put it into the bucket yet.",
                    document=document_id,
                ) from None
            raise
        yield path


def _another_can(claim: PageClaim) -> bool:
    """Whether a reader that does not hold the claim could read the page."""
    holder = Page.objects.values_list("lease_owner", flat=True).get(id=claim.page_id)
    return another_worker_has_engine(holder, wanted=claim.requested_engine)


def _keep(claim: PageClaim, reading: PageReading) -> None:
    if reading.page_image is not None:
        page_images.keep_page_image(
            claim.document_id, claim.number, reading.layout.rotation, reading.page_image
        )
    figures = keep_figures(claim.document_id, claim.number, reading.layout, reading.figures)
    record_reading(
        claim,
        reading.layout,
        engine=reading.engine,
        engine_version=reading.engine_version,
        figures=figures,
    )


def _prepare(claim: TaskClaim, renderer: Renderer) -> None:
    document = Document.objects.get(id=claim.document_id)
    try:
        with _original(document.id, document.filename) as path:
            pages = renderer.count_pages(path, document.mime_type)
            record_page_count(claim, pages)
            try:
                page_images.keep_thumbnail(
                    document.id, renderer.render_thumbnail(path, document.mime_type)
                )
            except ReadingError as error:
                # Its first page will say the same for itself; the document goes on without.
                log.info("no_thumbnail", document=str(document.id), reason=error.detail)
    except RendererUnavailable:
        raise
    except ReadingError as error:
        log.warning("not_prepared", document=str(document.id), reason=error.detail)
        fail_preparation(claim, error)
