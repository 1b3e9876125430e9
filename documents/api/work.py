"""What is in work: which documents are not read yet, why, and how long it may take."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import visible_to
from documents.actions.cancel import cancel
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import DocumentShape
from documents.api.openapi.shapes.work import WorkAnswer
from documents.api.pagination import ListParameters, paginate
from documents.api.search import document_summary
from documents.api.serializers import document_data
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
    of the archive still waits for."""

    per_second: float
    left: tuple[int, ...]
    engines: frozenset[str]

    def estimate(self, pages: int) -> int | None:
        """Seconds until `pages` more of one document are read. Capacity is shared between the
        documents, so of each at most as many come before."""
        if not self.per_second:
            return None
        before = sum(min(each, pages) for each in self.left)
        return round(max(before, pages) / self.per_second)


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
            "pages_waiting": sum(pace.left),
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
    workers = WorkerProcess.alive().filter(kind=WorkerKind.OCR)
    return _Pace(
        read / _WINDOW.total_seconds(),
        tuple(waiting.filter(left__gt=0).values_list("left", flat=True)),
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
        "estimate_seconds": pace.estimate(left) if counted else None,
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
