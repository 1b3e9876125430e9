"""Search: pages (or documents) that match a query, with the filters of the documents' list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from documents.api.filters import DocumentFilters
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.search import SearchAnswer
from documents.api.views import ApiView
from documents.exports import links
from documents.models import Document
from documents.search.query.facets import FACET_FIELDS
from documents.search.query.filters import FILTERS, parse_filters
from documents.search.query.find import MAX_OFFSET, find
from documents.search.query.results import (
    FoundDocument,
    FoundPage,
    Ordering,
    SearchRequest,
    SearchResults,
)
from documents.text.timestamps import iso_time

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100


class QueryField(serializers.CharField):
    """What is typed into a search: no value of it is an error."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data).replace("\x00", " "))


class SearchParameters(DocumentFilters):
    """The filters of the documents' list, but for the trash, which is not searched, and the
    priority, which is of what waits. `q` is in the language of docs/api.md."""

    trashed = priority = cursor = None  # type: ignore[assignment]

    q = QueryField(required=False, allow_blank=True, default="")
    ordering = serializers.ChoiceField(
        [ordering.value for ordering in Ordering], required=False, default=Ordering.RELEVANCE.value
    )
    group = serializers.ChoiceField(("document",), required=False)
    facets = serializers.ListField(
        child=serializers.ChoiceField(tuple(FACET_FIELDS)), required=False, max_length=20
    )
    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MAX_OFFSET)
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1)
    year = serializers.ListField(
        child=serializers.RegexField(r"^\d{4}$"), required=False, max_length=100
    )


def _query_of(parameters: Mapping[str, Any]) -> SearchRequest:
    """The search that the validated parameters describe."""
    values = {name: parameters[name] for name in FILTERS if name in parameters}
    filters = parse_filters(
        {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    )
    return SearchRequest(
        text=parameters["q"],
        filters=filters,
        ordering=Ordering(parameters["ordering"]),
        offset=parameters["offset"],
        limit=min(parameters["page_size"], MAX_PAGE_SIZE),
        by_document="group" in parameters,
        facets=parameters.get("facets", ()),
    )


class SearchView(ApiView):
    @describe("Search", {200: SearchAnswer}, query=SearchParameters)
    def get(self, request: Request) -> Response:
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        wanted = _query_of(parameters.validated_data)
        found = find(self.user, wanted)
        return Response(_results(request, wanted, found))


def _results(request: Request, wanted: SearchRequest, found: SearchResults) -> dict[str, Any]:
    here = request.get_full_path()
    # Beyond the last result, `previous` leads back to the last ones.
    before, after = min(wanted.offset, found.count) - wanted.limit, wanted.offset + wanted.limit

    def link(offset: int, there: bool) -> str | None:
        return replace_query_param(here, "offset", str(offset)) if there else None

    return {
        "results": [
            _document(result) if isinstance(result, FoundDocument)
            else {"document": document_summary(result.document), **_page(result)}
            for result in found.results
        ],
        "next": link(after, found.more and after <= MAX_OFFSET),
        "previous": link(max(before, 0), wanted.offset > 0),
        "count": found.count,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values]
            for name, values in found.facets.items()
        },
        "also": [{"word": word, "near": near} for word, near in found.near_words.items()],
        "did_you_mean": found.suggestion,
        "notes": [{"code": note.code, "text": note.text} for note in found.notes],
        "index": {"complete": found.complete, "warnings": found.warnings},
    }  # fmt: skip


def _document(found: FoundDocument) -> dict[str, Any]:
    return {
        "document": document_summary(found.document),
        "pages_found": found.pages_found,
        "pages": [_page(page) for page in found.pages],
    }


def document_summary(document: Document) -> dict[str, Any]:
    return {
        "id": str(document.id),
        "title": document.title,
        "team": str(document.team_id),
        "status": document.status,
        "review_status": document.review_status,
        "mime_type": document.mime_type,
        "created_at": iso_time(document.created_at),
    }


def _page(found: FoundPage) -> dict[str, Any]:
    """`page` is null where only the title of a document was found whose first page was not read."""
    where = (found.document.id, found.number)
    return {
        "page": found.number or None,
        "snippet": found.snippet,
        "score": found.score,
        "width": found.width or None,
        "height": found.height or None,
        "hits": [{"bbox": list(box), "text": text} for box, text in found.hits],
        "links": {
            name: url(*where) if found.number else None
            for name, url in (("page", links.page_url), ("page_image", links.page_image_url))
        },
    }
