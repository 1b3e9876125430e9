"""Carry out a claim: prepare a document, read a page, assemble the results.

Every failure ends in a state that people see. Only a lost claim ends in nothing: another worker has
the work then.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.actions.fail_page import fail_page
from documents.actions.finish import finish
from documents.actions.prepare import fail_preparation, record_page_count
from documents.actions.record_mail import record_mail
from documents.actions.record_reading import record_reading
from documents.actions.release_page import postpone_page
from documents.actions.release_task import postpone_task
from documents.bucket.errors import BucketError, NotMirroredYet
from documents.errors import (
    ArchiveError,
    DamagedFile,
    EngineFailed,
    EngineUnavailable,
    LeaseLost,
    OriginalMissing,
    ReadingError,
    RendererUnavailable,
    StorageFull,
)
from documents.exports import page_images
from documents.exports.rendition import Convert, read_pages
from documents.exports.unlocked_copy import read_unlocked
from documents.files.filetypes import MAIL, PageSource, holds_files, page_source
from documents.files.storage import original_file
from documents.messages import Message
from documents.models import Document, Page, Stack, Task
from documents.models.claim import PageClaim, TaskClaim
from documents.replication.store_figures import store_figures
from ocr_worker.carrying import carry_over
from ocr_worker.contents import add_contents
from ocr_worker.engines.base import Engine
from ocr_worker.other_workers import another_worker_has_engine
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Limits, Renderer
from ocr_worker.stacks import split_up
from ocr_worker.unpacking import take_attachments, unpack, unseal_given

log = structlog.get_logger(__name__)

#: How long a task or page waits that failed for a reason outside of it (a full disk, say).
POSTPONE_FOR = datetime.timedelta(seconds=20)

_MAIL = frozenset(kind.mime_type for kind in MAIL)

#: Failures of the machine or the bucket, not of the page or document.
_ENVIRONMENT_ERRORS = (StorageFull, RendererUnavailable, BucketError)


def read_claimed_page(claim: PageClaim, renderer: Renderer, engine: Engine | None) -> bool:
    """Read the page and record the outcome; whether a reading was recorded."""
    where = {"document": str(claim.document_id), "page": claim.number, "attempt": claim.attempt}
    try:
        try:
            reading = _read(claim, renderer, engine)
            _save_reading(claim, reading)
            return True
        except ArchiveError as error:
            if isinstance(error, LeaseLost):
                raise
            if isinstance(error, _ENVIRONMENT_ERRORS):
                # The environment recovers or is repaired: no attempt is counted, and there is no
                # limit to how often the page is postponed.
                log.error("page_postponed", code=error.code, reason=error.detail, **where)
                postpone_page(claim, POSTPONE_FOR)
            elif (
                isinstance(error, EngineUnavailable) and engine is None and _can_others_read(claim)
            ):
                log.info("page_left_to_other_worker", **where)
                postpone_page(claim, POSTPONE_FOR)
            else:
                log.warning("page_failed", code=error.code, reason=error.detail, **where)
                fail_page(claim, error)
        except Exception as error:
            # A defect of this code or of a library must not end the worker.
            log.exception("page_raised_unexpected_error", **where)
            fail_page(claim, _unexpected_error(error))
    except LeaseLost:
        log.info("lease_lost", **where)
    return False


def _unexpected_error(error: Exception) -> EngineFailed:
    problem = f"{type(error).__name__}: {error}"
    return EngineFailed(Message("An unexpected error: {problem}", problem=problem))


def run_task(claim: TaskClaim, renderer: Renderer, convert: Convert | None = None) -> None:
    """Count the document's pages, or assemble its results.

    `convert`: makes a PDF of an office file; None: as where one was lost."""
    where = {"document": str(claim.document_id), "task": claim.task, "attempt": claim.attempt}
    try:
        if claim.task == Task.PREPARE:
            _prepare(claim, renderer, convert)
        else:
            finish(claim)
    except LeaseLost:
        log.info("task_lease_lost", **where)
    except _ENVIRONMENT_ERRORS as error:
        # As for a page: no attempt is counted.
        log.error("task_postponed", code=error.code, reason=error.detail, **where)
        postpone_task(claim, POSTPONE_FOR, counted=False)
    except Exception:
        log.exception("task_raised_unexpected_error", **where)
        postpone_task(claim, POSTPONE_FOR)


def _read(claim: PageClaim, renderer: Renderer, engine: Engine | None) -> PageReading:
    def read(path: Path, mime_type: str) -> PageReading:
        reading = read_page(
            renderer,
            engine,
            path,
            mime_type,
            claim.number,
            ocr=claim.ocr,
            language=claim.language,
            engine_is_coming=engine is None and _can_others_read(claim),
        )
        if claim.number > 1:
            return reading
        contents = renderer.read_contents(path, mime_type)
        return replace(reading, layout=add_contents(reading.layout, contents))

    with _open_original(claim.document_id, claim.filename) as original:
        return read_pages(claim.document_id, claim.mime_type, original, read)


@contextlib.contextmanager
def _open_original(document_id: uuid.UUID, filename: str) -> Iterator[Path]:
    """As `original_file`. Raises NotMirroredYet where the file was uploaded to another machine and
    is not in the bucket yet."""
    with contextlib.ExitStack() as stack:
        try:
            path = stack.enter_context(original_file(document_id, filename))
        except OriginalMissing:
            waits = Document.objects.filter(id=document_id, mirrored_version=0).exists()
            if settings.OCRSITE_BUCKET is not None and waits:
                raise NotMirroredYet(
                    Message("The machine that received the file has not uploaded it yet."),
                    document=document_id,
                ) from None
            raise
        yield path


def _can_others_read(claim: PageClaim) -> bool:
    """Whether a worker other than the claim's owner could read the page."""
    holder = Page.objects.values_list("lease_owner", flat=True).get(id=claim.page_id)
    return another_worker_has_engine(holder, wanted=claim.requested_engine)


def _save_reading(claim: PageClaim, reading: PageReading) -> None:
    if reading.page_image is not None:
        page_images.store_page_image(
            claim.document_id, claim.number, reading.layout.rotation, reading.page_image
        )
    if reading.thumbnail is not None:
        page_images.store_page_thumbnail(
            claim.document_id, claim.number, reading.layout.rotation, reading.thumbnail
        )
    figures = store_figures(claim.document_id, claim.number, reading.layout, reading.figures)
    record_reading(
        claim,
        reading.layout,
        engine=reading.engine,
        engine_version=reading.engine_version,
        figures=figures,
    )


def _take_in_held(claim: TaskClaim, document: Document, original: Path, renderer: Renderer) -> None:
    """What the document holds besides its pages: attachments, the head of a message."""
    if document.mime_type in _MAIL:
        with Renderer(Limits(archives=True)) as opener:
            try:
                facts = opener.read_mail_facts(original, document.mime_type)
            except DamagedFile as error:
                # Its pages fail with the reason.
                log.info("mail_not_opened", document=str(document.id), reason=error.detail)
                return
            record_mail(
                claim,
                message_id=facts.message_id,
                sender=facts.sender,
                to=facts.to,
                cc=facts.cc,
                subject=facts.subject,
                date=facts.date,
            )
            take_attachments(claim, document, original, opener)
    elif holds_files(document.mime_type):
        read_unlocked(
            document.id, original, lambda path: take_attachments(claim, document, path, renderer)
        )


def _prepare(claim: TaskClaim, renderer: Renderer, convert: Convert | None) -> None:
    document = Document.objects.get(id=claim.document_id)
    try:
        with _open_original(document.id, document.filename) as original:
            if page_source(document.mime_type) is PageSource.MEMBERS:
                unpack(claim, document, original)
                return
            if Stack.objects.filter(document=document).exists():
                split_up(claim, document, original, renderer)
                return
            _take_in_held(claim, document, original, renderer)
            if document.given_password:
                make: Callable[..., None] = convert or import_string(settings.OCRSITE_CONVERTER)
                convert = partial(make, password=unseal_given(document))
            pages = read_pages(
                document.id, document.mime_type, original, renderer.count_pages, convert=convert
            )
            if document.page_origins.exists():
                take_over = partial(carry_over, claim, document, renderer)
                read_pages(document.id, document.mime_type, original, take_over)
            record_page_count(claim, pages)
            try:
                thumbnail = read_pages(
                    document.id, document.mime_type, original, renderer.render_thumbnail
                )
                page_images.store_thumbnail(document.id, thumbnail)
            except ReadingError as error:
                # The first page fails with the same reason; the document needs no thumbnail.
                log.info(
                    "thumbnail_failed",
                    document=str(document.id),
                    code=error.code,
                    reason=error.detail,
                )
    except RendererUnavailable:
        raise
    except ReadingError as error:
        log.warning(
            "preparation_failed", document=str(document.id), code=error.code, reason=error.detail
        )
        fail_preparation(claim, error)
