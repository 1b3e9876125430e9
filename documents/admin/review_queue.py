"""The review queue in the admin: flagged documents without a decision, the least certain first.

It is a filter of the documents' list like the others, and may be narrowed by them. A user who comes
to a document from there continues, after a decision, with the next one in the same list.
"""

from __future__ import annotations

import copy
import uuid
from typing import Any, Literal
from urllib.parse import parse_qsl

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from documents import access
from documents.access import Ability
from documents.admin.changelist_state import (
    list_query_of,
    redirect_to_document,
    redirect_to_list,
)
from documents.admin.requests import redirect_missing_document
from documents.errors import NotFound
from documents.models import Document
from documents.review.queue import LEAST_TRUSTED_FIRST, find_next

PARAMETER, TO_REVIEW = "queue", "review"
#: Of the list's query, what says which part of it is looked at and not what is in it.
_PLACE = {"p", "o", "all"}


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("review queue")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(TO_REVIEW, gettext_lazy("to review, least certain first"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != TO_REVIEW:
            return queryset
        return queryset.to_review()


class QueueAwareList(ChangeList):
    """Django marks the column by which the list is sorted when nothing else is asked for; the queue
    is sorted by none of them."""

    def get_ordering_field_columns(self) -> dict[int, Literal["asc", "desc"]]:
        if self.filter_params.get(PARAMETER) == [TO_REVIEW] and ORDER_VAR not in self.params:
            return {}
        return super().get_ordering_field_columns()


def ordering_for(request: HttpRequest) -> tuple[Any, ...] | None:
    """The queue's own order where the list shows it, else None."""
    return LEAST_TRUSTED_FIRST if request.GET.get(PARAMETER) == TO_REVIEW else None


def came_from_queue(request: HttpRequest) -> bool:
    """Whether the person came to the document's page from the queue."""
    return (PARAMETER, TO_REVIEW) in parse_qsl(list_query_of(request))


@require_GET
def next_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    try:
        document = access.require(request.user, Ability.SEE, document_id)
    except NotFound:
        return redirect_missing_document(request)
    return redirect_to_next(request, document)


def redirect_to_next(request: HttpRequest, document: Document) -> HttpResponse:
    """To the next document of the list that the user came from; after the last one, to the first
    that was skipped. To the list where nothing is left."""
    found = _next(request, document) if came_from_queue(request) else None
    if found is not None:
        return redirect_to_document(request, found)
    messages.info(request, _("There is nothing left to review here."))
    return redirect_to_list(request)


def _next(request: HttpRequest, document: Document) -> uuid.UUID | None:
    as_list = copy.copy(request)
    query = QueryDict(mutable=True)
    for name, value in parse_qsl(list_query_of(request)):
        if name not in _PLACE:
            query.appendlist(name, value)
    as_list.GET = query  # type: ignore[assignment]
    try:
        listed = admin.site.get_model_admin(Document).get_changelist_instance(as_list).queryset
    except IncorrectLookupParameters:
        return None
    return find_next(listed, document)
