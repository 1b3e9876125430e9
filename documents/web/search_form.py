"""The address of the search page as a search."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, QueryDict

from documents.http.typed_query import TypedQuery
from documents.search.query.filters import parse_valid_filters
from documents.search.query.find import MAX_OFFSET
from documents.search.query.results import Ordering, SearchRequest

#: Documents on a page of results.
PER_PAGE = 20
#: The facets of the page, and the filter that choosing a value of each sets.
FACET_FILTERS = {
    "team": "team",
    "tag": "tag",
    "type": "mime_type",
    "year": "year",
    "status": "status",
    "review_status": "review_status",
    "language": "language",
    "flag": "flag",
    "engine": "engine",
    "origin": "origin",
}


class SearchForm(forms.Form):
    """All of an address but its filters. `p`: the page of results, from 1. `saved`: the id of the
    saved search that was opened."""

    q = TypedQuery(required=False)
    sort = forms.ChoiceField(choices=[(Ordering.DATE.value, Ordering.DATE.value)], required=False)
    p = forms.IntegerField(required=False, min_value=1, max_value=99_999)
    saved = forms.UUIDField(required=False)


def parse_search(given: QueryDict) -> SearchRequest:
    """The search that an address describes. What makes no sense in it is left out."""
    form = SearchForm(given)
    form.is_valid()  # `cleaned_data` has the valid fields only
    number = form.cleaned_data.get("p") or 1
    return SearchRequest(
        text=form.cleaned_data["q"],
        filters=parse_valid_filters(dict(given.lists())),
        ordering=Ordering(form.cleaned_data.get("sort") or Ordering.RELEVANCE),
        offset=min((number - 1) * PER_PAGE, MAX_OFFSET - PER_PAGE),
        limit=PER_PAGE,
        by_document=True,
        facets=list(FACET_FILTERS),
    )


def change_query(request: HttpRequest, **changes: object) -> str:
    """The address of this page with other parameters; None and an empty list remove one."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list):
            query.setlist(name, value)
        elif value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"
