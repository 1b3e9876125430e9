"""What is in work: which documents are not read yet, why, and how long it may take."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import visible_to
from documents.actions.cancel import cancel
from documents.actions.claim_turns import count_turns
from documents.api.document_data import document_data
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import DocumentShape
from documents.api.openapi.shapes.work import WorkAnswer
from documents.api.pagination import ListParameters, paginate
from documents.api.search import document_summary
from documents.api.views import ApiView
from documents.models import (
    Document,
    PageStatus,
    Priority,
    Reading,
    Status,
    Task,
    TokenScope,
    WorkerKind,
    WorkerProcess,
)

#: The time over which the pace is measured.
_WINDOW = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class _Pace:
    """`per_second`: pages that were read lately; 0 where none was. `left`: pages that each document
    of the archive still waits for, by their priority."""

    per_second: float
    left: Mapping[Priority, tuple[int, ...]]
    engines: frozenset[str]

    @property
    def waiting(self) -> dict[Priority, int]:
        return {priority: sum(left) for priority, left in self.left.items()}

    def estimate(self, pages: int, priority: Priority) -> int | None:
        """Seconds until `pages` more of one document are read. The documents of a priority share
        its turns, so of each at most as many come before; those of the others have turns of their
        own."""
        if not self.per_second:
            return None
        before = max(sum(min(each, pages) for each in self.left.get(priority, ())), pages)
        return round(count_turns(self.waiting, priority, before) / self.per_second)


class WorkView(ApiView):
    @describe("List what is in work", {200: WorkAnswer}, query=ListParameters)
    def get(self, request: Request) -> Response:
        """The documents that are not read yet, the first uploaded first; with the reason, and an
        estimate in seconds from the pace of the last ten minutes (null: none was read)."""
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        pace = _measure_pace()
        answer = paginate(
            request,
            visible_to(self.user).unfinished(),
            lambda document: _work_data(document, pace),
            parameters=parameters.validated_data,
            ordering="created_at",
        )
        answer.data |= {
            "pages_waiting": sum(pace.waiting.values()),
            "pages_per_minute": round(60 * pace.per_second, 1),
        }
        return answer


class CancelView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe("Stop reading a document", {200: DocumentShape}, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """What has been read stays; the other pages fail (`cancelled`), and can be read later."""
        return Response(document_data(cancel(document_id, actor=self.user)))


def _measure_pace() -> _Pace:
    read = Reading.objects.filter(created_at__gte=timezone.now() - _WINDOW).count()
    being_read = Document.objects.being_read()
    waiting = being_read.annotate(
        left=F("page_count") - F("pages_skipped") - F("pages_done") - F("pages_failed")
    )
    left: dict[Priority, list[int]] = {}
    for priority, pages in waiting.filter(left__gt=0).values_list("priority", "left"):
        left.setdefault(Priority(priority), []).append(pages)
    workers = WorkerProcess.alive().filter(kind=WorkerKind.OCR)
    return _Pace(
        read / _WINDOW.total_seconds(),
        {priority: tuple(each) for priority, each in left.items()},
        frozenset(workers.values_list("engine", flat=True)),
    )


def _work_data(document: Document, pace: _Pace) -> dict[str, Any]:
    counted = document.page_count is not None
    left = document.pages_left or 0
    return {
        "document": document_summary(document),
        "reason": _reason(document, pace, left),
        "page_count": document.page_count,
        "pages_done": document.pages_done,
        "pages_failed": document.pages_failed,
        "pages_skipped": document.pages_skipped,
        "priority": Priority(document.priority).word,
        "estimate_seconds": pace.estimate(left, Priority(document.priority)) if counted else None,
    }


def _reason(document: Document, pace: _Pace, left: int) -> str:
    if document.status == Status.QUEUED or document.task == Task.PREPARE:
        return "to-be-opened"
    if document.task == Task.FINISH or not left:
        return "being-assembled"
    if not pace.engines:
        return "no-worker"
    if document.requested_engine and document.requested_engine not in pace.engines:
        return "engine-not-running"
    running = document.pages.filter(status=PageStatus.RUNNING).aggregate(n=Count("pk"))["n"]
    return "being-read" if running else "waiting"
