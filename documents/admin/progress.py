"""The progress of a reading: one value for the list, the document's page and their polling."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents import access
from documents.models import Document, Status
from documents.text.validation import parse_uuid

#: No page of the list shows more.
MAX_IDS = 200


@dataclass(frozen=True)
class Progress:
    """`value` is 0 to 1, None while the number of pages is unknown. `state` is a text that differs
    after every step of the reading, the same in every language."""

    status: str
    label: str
    value: float | None
    pages: str
    failed: str
    finished: bool
    state: str

    @classmethod
    def of(cls, document: Document) -> Progress:
        finished = not document.is_unfinished
        return cls(
            status=document.status,
            label=str(Status(document.status).label),
            value=document.progress,
            pages=_pages(document),
            failed=(
                ngettext("%(count)d failed", "%(count)d failed", document.pages_failed)
                % {"count": document.pages_failed}
                if document.pages_failed
                else ""
            ),
            finished=finished,
            state=_state(document),
        )


def _pages(document: Document) -> str:
    if document.page_count is None:
        return ""
    return _("%(done)d of %(all)d") % {"done": document.pages_done, "all": document.pages_asked}


def _state(document: Document) -> str:
    counted = f"{document.pages_asked} {document.pages_done} {document.pages_failed}"
    return f"{document.status} {counted}"


def progress_view(request: HttpRequest) -> JsonResponse:
    """GET `?ids=uuid,uuid`: {id: Progress} of the documents that the user may see."""
    texts = request.GET.get("ids", "").split(",")
    ids = [id_ for text in texts if (id_ := parse_uuid(text))]
    documents = access.visible_to(request.user).filter(id__in=ids[:MAX_IDS])
    fields = ("status", "page_count", "pages_done", "pages_failed", "pages_skipped")
    return JsonResponse(
        {str(document.id): asdict(Progress.of(document)) for document in documents.only(*fields)}
    )
