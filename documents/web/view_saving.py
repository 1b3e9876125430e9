"""A list under a name: saved with its filters, forgotten again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.save_search import save_search
from documents.errors import ArchiveError
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.list_query import ListQuery


@require_POST
@for_people
def save_view(request: HttpRequest) -> HttpResponseBase:
    """`name`, `team` ("" for the person alone), `list`: the query of the list."""
    given = QueryDict(request.POST.get("list", "")[:4000])
    query = ListQuery.parse(reverse("web:documents"), given, inbox=given.get("box") == "inbox")
    filters = query.all_filters
    words = filters.pop("q", [])
    try:
        view = save_search(
            actor=person(request),
            name=request.POST.get("name", ""),
            text=words[0] if words else "",
            filters=filters,
            team_id=parse_uuid(request.POST.get("team")),
            is_view=True,
        )
    except ArchiveError as error:
        said = [text.translated() for texts in error.fields.values() for text in texts]
        messages.error(request, " ".join(said) or error.translated())
        return redirect(query.url)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(f"{reverse('web:documents')}?{view.query_string}")


@require_POST
@for_people
def forget_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponseBase:
    try:
        delete_saved_search(search_id, actor=person(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
    return redirect("web:documents")


urlpatterns = [
    path("documents/views/", save_view, name="save-view"),
    path("documents/views/<uuid:search_id>/forget/", forget_view, name="forget-view"),
]
