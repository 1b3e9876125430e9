"""Back to the documents' list as it was: its filters, search, order and page.

Django passes the list's query string to a document's page in one parameter. The page's forms and
redirects pass it on. It is only ever parsed and put into the query of the list's own address, so a
forged value leads nowhere else.
"""

from __future__ import annotations

import uuid
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

#: Django's name of the parameter.
FILTERS = "_changelist_filters"
#: Enough for the filters of any list; a longer address could be refused.
LONGEST = 2000


def list_query_of(request: HttpRequest) -> str:
    """The list's query string that `request` passes on, "" for none."""
    given = request.GET.get(FILTERS, "")
    return given if len(given) <= LONGEST else ""


def list_query_parameter(request: HttpRequest) -> str:
    """The query for the links and forms of a page that pass the list's query on; "" for none."""
    filters = list_query_of(request)
    return f"?{urlencode({FILTERS: filters})}" if filters else ""


def list_url(request: HttpRequest) -> str:
    """The list that the user came from."""
    url = reverse("admin:documents_document_changelist")
    query = urlencode(parse_qsl(list_query_of(request), keep_blank_values=True))
    return f"{url}?{query}" if query else url


def document_url(
    document_id: uuid.UUID, page: int | None = None, *, filters: str = "", find: str = ""
) -> str:
    """The document's page in the admin, at page number `page`. `filters`: the query of the list to
    return to. The hits of the query `find` are marked there."""
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


def redirect_to_document(
    request: HttpRequest, document_id: uuid.UUID, page: int | None = None
) -> HttpResponse:
    return HttpResponseRedirect(document_url(document_id, page, filters=list_query_of(request)))


def redirect_to_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(list_url(request))
