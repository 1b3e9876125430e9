"""The lists of documents: what has just come in, and all there is."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from documents.access import visible_to
from documents.web.guard import for_people, person

PER_PAGE = 50


@for_people
def inbox_view(request: HttpRequest) -> HttpResponseBase:
    return _show(request, _("Inbox"))


@for_people
def documents_view(request: HttpRequest) -> HttpResponseBase:
    return _show(request, _("All documents"))


def _show(request: HttpRequest, title: str) -> HttpResponseBase:
    documents = visible_to(person(request)).not_trashed().select_related("team")[:PER_PAGE]
    return render(request, "web/lists/list.html", {"title": title, "documents": documents})


urlpatterns = [
    path("", inbox_view, name="inbox"),
    path("documents/", documents_view, name="documents"),
]
