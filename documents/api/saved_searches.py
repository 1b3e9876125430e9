"""Searches that people keep: for themselves, or for a team."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.saved_searches import forget_search, kept_by, save_search
from documents.api.fields import StrictSerializer, iso_time
from documents.api.pagination import listed
from documents.api.search import SearchParameters, wanted_of
from documents.api.views import ApiView
from documents.errors import NotFound
from documents.models import SavedSearch

#: Parameters of a search that say nothing of what it finds.
NO_FILTERS = frozenset({"q", "ordering", "group", "facets", "offset", "page_size"})


class NewSearch(StrictSerializer):
    """`filters` are parameters of a search, each with a list of values."""

    name = serializers.CharField(max_length=1000)
    q = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    filters = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=200), max_length=100),
        required=False,
        default=dict,
    )
    team = serializers.UUIDField(required=False, allow_null=True, default=None)

    def validate_filters(self, given: dict[str, list[str]]) -> dict[str, list[str]]:
        """As the index takes them, in JSON."""
        query = QueryDict(mutable=True)
        for name, values in given.items():
            if name in NO_FILTERS:
                raise serializers.ValidationError({name: ["This is no filter."]})
            query.setlist(name, values)
        parameters = SearchParameters(data=query)
        parameters.is_valid(raise_exception=True)
        filters = wanted_of(parameters.validated_data).filters
        return {
            name: [each.isoformat() if hasattr(each, "isoformat") else str(each) for each in values]
            for name, values in filters.items()
        }


class SavedSearchesView(ApiView):
    def get(self, request: Request) -> Response:
        return listed(
            request,
            kept_by(self.user),
            lambda search: _data(request, search),
            ordering="-created_at",
        )

    def post(self, request: Request) -> Response:
        given = NewSearch(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        search = save_search(
            self.user,
            name=wanted["name"],
            text=wanted["q"],
            filters=wanted["filters"],
            team_id=wanted["team"],
        )
        data = _data(request, search)
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["links"]["self"]})


class SavedSearchView(ApiView):
    def get(self, request: Request, search_id: uuid.UUID) -> Response:
        search = kept_by(self.user).filter(id=search_id).first()
        if search is None:
            raise NotFound(f"There is no saved search {search_id} here.")
        return Response(_data(request, search))

    def delete(self, request: Request, search_id: uuid.UUID) -> Response:
        forget_search(self.user, search_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _data(request: Request, search: SavedSearch) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    query["q"] = search.text
    for name, values in search.limits.items():
        query.setlist(name, values)
    results = f"{reverse('api:search')}?{query.urlencode()}"
    return {
        "id": str(search.id),
        "name": search.name,
        "q": search.text,
        "filters": search.filters,
        "owner": search.owner.username,
        "team": str(search.team_id) if search.team_id else None,
        "created_at": iso_time(search.created_at),
        "links": {
            "self": request.build_absolute_uri(reverse("api:saved-search", args=[search.id])),
            "results": request.build_absolute_uri(results),
        },
    }
