"""A user's tokens: make one, list them, revoke one."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import require_unbound
from documents.actions.make_token import make_token
from documents.actions.revoke_token import revoke_token_of
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.accounts import MadeToken, TokenShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.exports import links
from documents.models import ApiToken, TokenScope
from documents.sign_in.tokens import valid_tokens_of
from documents.text.timestamps import iso_time


class NewToken(StrictSerializer):
    """`teams`: ids; none: all of yours. `expires_at`: in a year unless it is given."""

    name = serializers.CharField(max_length=1000)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(TokenScope.choices), min_length=1, max_length=10
    )
    teams = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=1000, default=list
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TokensView(ApiView):
    """The tokens of whoever asks that are valid."""

    scopes = {"get": TokenScope.ADMIN}

    @describe("List your tokens", {200: page_of(TokenShape, "Token")}, query=ListParameters)
    def get(self, request: Request) -> Response:
        require_unbound(self.user)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            valid_tokens_of(self.user),
            lambda token: token_data(token, request.auth),
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe("Make a token", {201: MadeToken}, body=NewToken, problems=(404,))
    def post(self, request: Request) -> Response:
        serializer = NewToken(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        token, key = make_token(
            actor=self.user,
            name=given["name"],
            scopes=given["scopes"],
            team_ids=given["teams"],
            expires_at=given["expires_at"],
        )
        return Response(
            {**token_data(token, request.auth), "token": key},
            status.HTTP_201_CREATED,
            headers={"Location": links.token_url(token.public_id)},
        )


class TokenView(ApiView):
    @describe("Revoke a token", {204: None})
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        revoke_token_of(token_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def token_data(token: ApiToken, in_use: object) -> dict[str, Any]:
    """`in_use`: the token of the request, if it came with one: it is being used now, which may not
    be written yet."""
    current = isinstance(in_use, ApiToken) and in_use.pk == token.pk
    used = in_use.last_used_at if isinstance(in_use, ApiToken) and current else token.last_used_at
    return {
        "id": str(token.public_id),
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "teams": token.team_ids,
        "created_at": iso_time(token.created_at),
        "expires_at": iso_time(token.expires_at),
        "last_used_at": iso_time(used),
        "current": current,
        "links": {"self": links.token_url(token.public_id)},
    }
