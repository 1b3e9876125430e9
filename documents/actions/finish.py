"""Assemble a document's results once no page of it waits, and again when its text changed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from documents.actions.detect_languages import set_language
from documents.actions.request_results import request_results
from documents.errors import LeaseLost
from documents.events import commit_change, commit_reading_end
from documents.exports.assemble import assemble_results
from documents.exports.cross_page import restructure_pages
from documents.exports.results import Summary
from documents.models import Document, ReviewRules, Status, Task
from documents.models.claim import TaskClaim
from documents.review.rules import find_reason
from documents.signals import announce, tasks_waiting


def finish(claim: TaskClaim) -> Document:
    """Write the result files, then record the outcome. Where no page was ever read there are no
    files.

    May run twice: it writes the same files again. Where a page changes meanwhile the task remains,
    so that the files are written once more. Raises LeaseLost, StorageFull.
    """
    document = Document.objects.get(id=claim.document_id)
    built_from = document.content_version
    set_language(document)
    with assemble_results(document, restructure_pages(document)) as results:
        summary, files = results.summary, results.file_facts
        claim.refuse_lost()
        results.publish()
    try:
        return _record_outcome(claim, built_from, document.language, summary, files)
    except LeaseLost:
        # A process that was stopped between that check and here may have replaced newer files.
        _assemble_once_more(claim)
        raise


def _record_outcome(
    claim: TaskClaim, built_from: int, language: str, summary: Summary, files: dict[str, Any]
) -> Document:
    with transaction.atomic():
        document = claim.lock()
        first_time = document.status == Status.PROCESSING
        if summary.anything_read:
            document.results_version = built_from + 1
            document.result_files = files
        document.engine = summary.engine
        if not document.language_chosen:
            document.language = language
        document.engines = summary.engines
        document.confidence = summary.confidence
        document.flags = sorted(summary.flags)
        rules = ReviewRules.objects.filter(team=document.team_id).first()
        document.review_reason = find_reason(document, summary.flags, summary.confidence, rules)
        _set_outcome(document)
        document.end_task()
        if document.content_version != built_from:
            document.set_task(Task.FINISH)
            announce(tasks_waiting)
        if first_time:
            commit_reading_end(document)
        else:
            commit_change(document)
    return document


def _assemble_once_more(claim: TaskClaim) -> None:
    with transaction.atomic():
        document = Document.objects.lock(claim.document_id)
        request_results(document)
        document.save_changed_fields()


def _set_outcome(document: Document) -> None:
    failed = document.pages.failed().order_by("number").first()
    if failed is None:
        document.status = Status.READY
        document.set_error(None)
    else:
        document.status = Status.PARTIAL if document.pages_done else Status.FAILED
        document.set_error(failed, failed.number)
    if document.finished_at is None:
        document.finished_at = timezone.now()
