"""Links that open one file for a while, without a log-in: made here, and let in by the files."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.make_file_link import LINKED_KINDS, ORIGINAL, make_file_link
from documents.api.authentication import SCHEME
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import FileLinkShape
from documents.api.views import ApiView
from documents.models import TokenScope, User
from documents.sign_in.file_links import (
    LONGEST_VALIDITY,
    PARAMETERS,
    USUAL_VALIDITY,
    LinkedFile,
    open_link,
)
from documents.text.timestamps import iso_time


@dataclass(frozen=True)
class OpenedLink:
    """`request.auth` of a request by a link. `rate_key`: what its requests are counted by."""

    rate_key: str


class FileLinkAuthentication(BaseAuthentication):
    """The parameters of a link, which count alone where they are sent."""

    def authenticate(self, request: Request) -> tuple[User, OpenedLink] | None:
        given = request.query_params
        if "signature" not in given:
            return None
        place = request.parser_context["kwargs"]
        query = {name: str(value) for name, value in given.items() if name not in PARAMETERS}
        file = LinkedFile(place["document_id"], place.get("kind", ORIGINAL), query)
        maker = open_link(file, given)
        if maker is None:
            raise AuthenticationFailed(
                _("The link has expired, was revoked or is not whole. Ask for a new one.")
            )
        return maker, OpenedLink(f"link-{given['by']}")

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class LinkParameters(StrictSerializer):
    """`by`, `expires` and `signature` come from `links/`: they stand for a log-in."""

    by = serializers.CharField(required=False, max_length=60)
    expires = serializers.CharField(required=False, max_length=20)
    signature = serializers.CharField(required=False, max_length=100)


class NewFileLink(StrictSerializer):
    """`expires_in`: seconds. `pages`, `conformance`: as of the result itself."""

    format = serializers.ChoiceField(LINKED_KINDS)
    expires_in = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=int(LONGEST_VALIDITY.total_seconds()),
        default=int(USUAL_VALIDITY.total_seconds()),
    )
    pages = serializers.CharField(required=False, max_length=2000)
    conformance = serializers.CharField(required=False, max_length=20)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # A class attribute of this name would hide the serializer's own.
        return super().get_fields() | {
            "fields": serializers.CharField(required=False, max_length=500)
        }


class FileLinksView(ApiView):
    """It opens the file for whoever has it, as long as whoever made it may see the document and the
    token with which it was made is valid; without one, until the password changes."""

    scopes = {"post": TokenScope.READ}

    @describe("Make a link that opens a file", {201: FileLinkShape}, body=NewFileLink,
              problems=(409, 422))  # fmt: skip
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        body = NewFileLink(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        kind, seconds = given.pop("format"), given.pop("expires_in")
        link = make_file_link(
            document_id,
            kind,
            actor=self.user,
            validity=datetime.timedelta(seconds=seconds),
            wanted=given,
        )
        return Response(
            {"url": link.path, "format": kind, "expires_at": iso_time(link.expires_at)},
            status.HTTP_201_CREATED,
            headers={"Location": link.path},
        )
