"""Saved searches: a user's own, and those of a team."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import saved_searches_visible_to
from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.save_search import save_search
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.search import SavedSearchShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.errors import NotFound
from documents.exports import links
from documents.messages import Message
from documents.models import SavedSearch, TokenScope
from documents.search.query.filters import InvalidFilters, parse_filters
from documents.text.timestamps import iso_time


class NewSavedSearch(StrictSerializer):
    """`filters` are filters of a search, each with a list of values."""

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
        try:
            return parse_filters(given)
        except InvalidFilters as error:
            problems = {
                name: [message.translated() for message in messages]
                for name, messages in error.problems.items()
            }
            raise serializers.ValidationError(problems) from None


class SavedSearchesView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe(
        "List saved searches", {200: page_of(SavedSearchShape, "SavedSearch")}, query=ListParameters
    )
    def get(self, request: Request) -> Response:
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            saved_searches_visible_to(self.user),
            lambda search: saved_search_data(search),
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe("Save a search", {201: SavedSearchShape}, body=NewSavedSearch, problems=(404,))
    def post(self, request: Request) -> Response:
        serializer = NewSavedSearch(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        search = save_search(
            actor=self.user,
            name=given["name"],
            text=given["q"],
            filters=given["filters"],
            team_id=given["team"],
        )
        data = saved_search_data(search)
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["links"]["self"]})


class SavedSearchView(ApiView):
    scopes = {"delete": TokenScope.WRITE}

    @describe("Show a saved search", {200: SavedSearchShape})
    def get(self, request: Request, search_id: uuid.UUID) -> Response:
        search = saved_searches_visible_to(self.user).filter(id=search_id).first()
        if search is None:
            raise NotFound(Message("There is no saved search {search} here.", search=search_id))
        return Response(saved_search_data(search))

    @describe("Delete a saved search", {204: None})
    def delete(self, request: Request, search_id: uuid.UUID) -> Response:
        delete_saved_search(search_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def saved_search_data(search: SavedSearch) -> dict[str, Any]:
    found = links.documents_url() if search.is_view else links.search_url()
    results = f"{found}?{search.query_string}"
    return {
        "id": str(search.id),
        "name": search.name,
        "q": search.text,
        "filters": search.filters,
        "owner": search.owner.username,
        "team": str(search.team_id) if search.team_id else None,
        "created_at": iso_time(search.created_at),
        "links": {
            "self": links.saved_search_url(search.id),
            "results": results,
        },
    }
