"""Tags of teams: list, make, rename and delete them."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import teams_of
from documents.actions.create_tag import create_tag
from documents.actions.delete_tag import delete_tag
from documents.actions.rename_tag import rename_tag
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.accounts import TagShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.models import Tag, TokenScope
from documents.models.tag_names import MAX_TAG_LENGTH


class TagFilters(ListParameters):
    team = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


class TagName(StrictSerializer):
    name = serializers.CharField(max_length=MAX_TAG_LENGTH)


class NewTag(TagName):
    team = serializers.UUIDField()


class TagsView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe("List tags", {200: page_of(TagShape, "Tag")}, query=TagFilters)
    def get(self, request: Request) -> Response:
        parameters = TagFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        tags = Tag.objects.filter(team__in=teams_of(self.user))
        if "team" in parameters.validated_data:
            tags = tags.filter(team__in=parameters.validated_data["team"])
        return paginate(
            request, tags, tag_data, parameters=parameters.validated_data, ordering="name"
        )

    @describe("Make a tag", {201: TagShape}, body=NewTag, problems=(404,))
    def post(self, request: Request) -> Response:
        """Documents are given tags by their names, which makes those that are missing; this makes
        one that no document has yet."""
        given = NewTag(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        tag = create_tag(data["team"], data["name"], actor=self.user)
        return Response(tag_data(tag), status.HTTP_201_CREATED)


class TagView(ApiView):
    scopes = {"patch": TokenScope.WRITE, "delete": TokenScope.WRITE}

    @describe("Rename a tag", {200: TagShape}, body=TagName, problems=(409,))
    def patch(self, request: Request, tag_id: uuid.UUID) -> Response:
        """On all its documents."""
        given = TagName(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(tag_data(rename_tag(tag_id, given.validated_data["name"], actor=self.user)))

    @describe("Delete a tag", {204: None}, problems=(409,))
    def delete(self, request: Request, tag_id: uuid.UUID) -> Response:
        """Its documents stay, without it."""
        delete_tag(tag_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def tag_data(tag: Tag) -> dict[str, Any]:
    return {"id": str(tag.id), "name": tag.name, "team": str(tag.team_id)}
