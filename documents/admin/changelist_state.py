"""The way back to the documents' list as it was: its filters, search, order and page.

Django hands the list's query string on to a document's page as one parameter. Here it is handed
further, through the page's forms and redirects. It only ever becomes the query of the list's own
address, written anew: whatever somebody puts there leads nowhere else.
"""

from __future__ import annotations

import uuid
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

#: Django's own name for it.
FILTERS = "_changelist_filters"
#: More than any list's filters need, less than makes an address too long.
LONGEST = 2000


def filters_of(request: HttpRequest) -> str:
    """The list's query string as `request` brings it, "" for none."""
    given = request.GET.get(FILTERS, "")
    return given if len(given) <= LONGEST else ""


def way_back_of(request: HttpRequest) -> str:
    """The query that the links and forms of a page hand on, "" where there is nothing to."""
    filters = filters_of(request)
    return f"?{urlencode({FILTERS: filters})}" if filters else ""


def list_url(request: HttpRequest) -> str:
    """The list from which the person came."""
    url = reverse("admin:documents_document_changelist")
    query = urlencode(parse_qsl(filters_of(request), keep_blank_values=True))
    return f"{url}?{query}" if query else url


def document_url(
    document_id: uuid.UUID, page: int | None = None, *, filters: str = "", find: str = ""
) -> str:
    """The document's page in the admin, at `page` where one is named; from there the way leads
    back to the list with `filters`. What answers `find` is marked there."""
    url = reverse("admin:documents_document_change", args=[document_id])
    query: dict[str, object] = {}
    if page is not None:
        query["at"] = page
    if filters:
        query[FILTERS] = filters
    if find:
        query["find"] = find
    anchor = "" if page is None else f"#page-{page}"
    return f"{url}?{urlencode(query)}{anchor}" if query else url


def see_document(
    request: HttpRequest, document_id: uuid.UUID, page: int | None = None
) -> HttpResponse:
    return HttpResponseRedirect(document_url(document_id, page, filters=filters_of(request)))


def see_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(list_url(request))
