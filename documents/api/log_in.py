"""Log in and out: tokens against a name and a password, and the end of them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.log_in import issue_token
from documents.actions.log_out_everywhere import log_out_everywhere
from documents.actions.revoke_token import revoke_token
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.accounts import IssuedToken
from documents.api.parsers import BoundedJSONParser
from documents.api.views import ApiView
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import ApiToken
from documents.sign_in.client import describe_client
from documents.sign_in.known_devices import remember_device
from documents.sign_in.tokens import DEFAULT_VALIDITY, LONGEST_VALIDITY
from documents.text.timestamps import iso_time


class Credentials(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    expires_in = serializers.IntegerField(
        required=False,
        default=int(DEFAULT_VALIDITY.total_seconds()),
        min_value=1,
        max_value=int(LONGEST_VALIDITY.total_seconds()),
        help_text="Seconds.",
    )


class LogInParser(BoundedJSONParser):
    """No log-in is longer, and everybody may send one."""

    @property
    def limit(self) -> int:
        return 64 * 2**10


class LogInView(ApiView):
    """POST a user name and a password to get a token; DELETE revokes the one in use."""

    parser_classes = (LogInParser,)
    scopes = {"post": None, "delete": None}

    def get_authenticators(self) -> list[BaseAuthentication]:
        # Logging in works whatever the request says about who sent it.
        return list(super().get_authenticators()) if self._is_delete() else []

    def get_permissions(self) -> Sequence[Any]:
        return super().get_permissions() if self._is_delete() else [AllowAny()]

    def _is_delete(self) -> bool:
        # There is no request while the API describes itself.
        return self.request is not None and self.request.method == "DELETE"

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    @describe("Log in", {200: IssuedToken}, body=Credentials, problems=(401, 429))
    def post(self, request: Request) -> Response:
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        given = credentials.validated_data
        client = describe_client(request._request)
        token, key = issue_token(
            given["username"],
            given["password"],
            client,
            datetime.timedelta(seconds=given["expires_in"]),
        )
        response = Response({"token": key, "expires_at": iso_time(token.expires_at)})
        remember_device(response, client.device, token.user)
        return response

    @describe("Revoke the token in use", {204: None})
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, ApiToken):
            raise InvalidRequest.for_field(
                "token", Message("This request came without a token, so there is none to revoke.")
            )
        revoke_token(request.auth, actor=request.auth.user)
        return Response(status=204)


class LogOutEverywhereView(ApiView):
    """POST ends every session and token of the user who sends it, this one too."""

    @describe("Log out everywhere", {204: None})
    def post(self, request: Request) -> Response:
        log_out_everywhere(self.user.pk, actor=self.user)
        return Response(status=204)
