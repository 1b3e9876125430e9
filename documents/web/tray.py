"""What the upload tray shows: how far the uploads of a person are. The tray itself is a script
(tray.js); after a reload it asks here what became of what it had sent."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from documents.access import visible_to
from documents.models import Document, OriginKind, ReviewStatus, Status
from documents.models.recognition import UNFINISHED
from documents.text.validation import parse_uuid
from documents.web.guard import person
from documents.web.json_answers import answer_json
from documents.web.list_rows import Row

MOST = 200
#: For how long an upload that is not settled is shown without being asked for.
RECENT = datetime.timedelta(hours=24)


@require_safe
@answer_json
def uploads_view(request: HttpRequest) -> dict[str, Any]:
    """GET `?ids=uuid,uuid`: those documents, and the person's recent uploads that are being read or
    have failed. Newest first."""
    user = person(request)
    ids = [id_ for text in request.GET.get("ids", "").split(",") if (id_ := parse_uuid(text))]
    recent = Q(
        created_by=user,
        created_at__gte=timezone.now() - RECENT,
        status__in=(*UNFINISHED, Status.FAILED),
        review_status=ReviewStatus.UNREVIEWED,
    )
    # The parts of a stack are followed on its own page.
    recent &= ~Q(origin_kind=OriginKind.STACK)
    documents = visible_to(user).listed()
    named = list(documents.filter(id__in=ids[:MOST]))
    unsettled = list(documents.filter(recent).exclude(id__in=ids[:MOST])[: MOST - len(named)])
    shown = sorted((*named, *unsettled), key=lambda each: (each.created_at, each.id), reverse=True)
    return {"uploads": [_describe(document) for document in shown]}


def _describe(document: Document) -> dict[str, Any]:
    """`state`: reading, failed, review (somebody should look at it) or ready. `text`: that in
    words. `value`: 0 to 1, or null while the pages are not counted."""
    row = Row(document)
    state, text = _state(document, row)
    return {
        "id": str(document.id),
        "name": document.filename,
        "title": document.title,
        "url": row.url,
        "state": state,
        "text": text,
        "value": document.progress,
        "created": document.created_at.isoformat(),
    }


def _state(document: Document, row: Row) -> tuple[str, str]:
    if document.is_unfinished:
        if not document.pages_asked:
            return "reading", _("waiting to be read")
        done = document.pages_done + document.pages_failed
        return "reading", f"{done} / {document.pages_asked}"
    if document.status == Status.FAILED:
        return "failed", document.error_text.translated()
    if row.reasons:
        return "review", ", ".join(row.reasons)
    return "ready", _("ready")


urlpatterns = [path("uploads/", uploads_view, name="uploads")]
