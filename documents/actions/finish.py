"""Assemble a document's results once no page of it waits, and again when its text changed."""

from __future__ import annotations

from contextlib import ExitStack

from django.db import transaction
from django.utils import timezone

from documents import events
from documents.actions.chores import RESULTS_OWED, ChoreClaim, held, owe_results
from documents.actions.locking import locked
from documents.errors import LeaseLost
from documents.exports.results import Summary, pages_to_write, write_results
from documents.models import Document, PageStatus, Status
from documents.models.document import Chore
from documents.signals import announce, chores_waiting
from documents.storage import archive, result_key

RESULT_KINDS = ("json", "md", "txt")


def finish(claim: ChoreClaim) -> Document:
    """Write the result files, then settle the document's state. Where no page was ever read there
    are no files.

    May run twice: it writes the same files again. A page that changed meanwhile leaves the chore
    standing, so that the files are written once more. Raises LeaseLost, StorageFull.
    """
    document = Document.objects.get(id=claim.document_id)
    built_from = document.content_version
    summary = _write(document, claim)
    try:
        return _settle(claim, built_from, summary)
    except LeaseLost:
        # Stopped between the last look and here, we may have put older files over newer ones.
        _assemble_once_more(claim)
        raise


def _settle(claim: ChoreClaim, built_from: int, summary: Summary) -> Document:
    with transaction.atomic():
        document = held(claim)
        first_time = document.status == Status.PROCESSING
        if summary.anything_read:
            document.results_version = built_from + 1
        document.engine = summary.engine
        document.confidence = summary.confidence
        _set_outcome(document)
        document.chore_lease_expires_at = None
        document.chore_attempts = 0
        if document.content_version == built_from:
            document.chore = Chore.NONE
        else:
            announce(chores_waiting)
        document.version += 1
        document.save()
        if first_time:
            events.record_read(document)
    return document


def _write(document: Document, claim: ChoreClaim) -> Summary:
    """Write all files aside, then put them in place, if the chore still is ours."""
    with ExitStack() as drafts:
        files = [drafts.enter_context(archive().drafting()) for _ in RESULT_KINDS]
        summary = write_results(document, pages_to_write(document), *(file for _, file in files))
        if not Document.objects.filter(
            id=document.id, chore=claim.chore, chore_token=claim.token
        ).exists():
            raise LeaseLost(
                "Another process assembles this document's results.", document=document.id
            )
        if not summary.anything_read:
            return summary  # no files, instead of empty ones
        for kind, (path, file) in zip(RESULT_KINDS, files, strict=True):
            file.close()
            archive().put(result_key(document.id, kind), path)
    return summary


def _assemble_once_more(claim: ChoreClaim) -> None:
    with transaction.atomic():
        document = locked(claim.document_id)
        owe_results(document)
        document.save(update_fields=RESULTS_OWED)


def _set_outcome(document: Document) -> None:
    failed = document.pages.filter(status=PageStatus.FAILED).order_by("number").first()
    if failed is None:
        document.status = Status.READY
        document.set_error("", "", None)
    else:
        document.status = Status.PARTIAL if document.pages_done else Status.FAILED
        document.set_error(failed.error_code, failed.error_detail, failed.number)
    if document.finished_at is None:
        document.finished_at = timezone.now()
