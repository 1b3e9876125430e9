"""A document's files: the original, the results, the thumbnail and figures."""

from __future__ import annotations

import uuid
from importlib import resources
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.request_export import request_export
from documents.api.delivery import FILE_ANSWERS, FILE_HEADERS, FILE_PROBLEMS, deliver
from documents.api.file_links import FileLinkAuthentication, LinkParameters
from documents.api.openapi.describe import FILE, OF_RESULT, describe, header
from documents.api.openapi.shapes.documents import Making
from documents.api.views import FileView, PictureView
from documents.exports.downloads import (
    RESULT_TYPES,
    get_figure,
    get_original,
    get_result,
    get_thumbnail,
)
from documents.exports.options import parse_options
from documents.http.ask_again import ask_again

_IN_WORK = _("The file is being made. Ask again in a moment.")


class ResultParameters(LinkParameters):
    """`pages` as "1,3-7"; `fields` of a page, for JSON; `conformance`, for PDF. `by`, `expires` and
    `signature` come from `links/`: they stand for a log-in."""

    pages = serializers.CharField(required=False, max_length=2000)
    conformance = serializers.CharField(required=False, max_length=20)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # A class attribute of this name would hide the serializer's own.
        return super().get_fields() | {
            "fields": serializers.CharField(required=False, max_length=500)
        }


#: How long a request may wait for a file that is made when somebody asks.
_PREFER = header("Prefer", "`wait=N`: wait for a file that is made on request, N <= 50 s.")


class LinkedView(FileView):
    """A file that a link may open."""

    def get_authenticators(self) -> list[Any]:
        return [FileLinkAuthentication(), *super().get_authenticators()]


class OriginalView(LinkedView):
    @describe("The file as it was uploaded", FILE_ANSWERS, headers=FILE_HEADERS,
              query=LinkParameters, types=("*/*",), problems=FILE_PROBLEMS)  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        return deliver(request, get_original(require(self.user, Ability.SEE, document_id)))


class ResultView(LinkedView):
    """`kind` is a key of RESULT_TYPES or EXPORT_TYPES; of the first, a part may be asked for."""

    @describe("The text of all pages, in this format", {**FILE_ANSWERS, 202: Making},
              headers=(*FILE_HEADERS, _PREFER), query=ResultParameters, types=(OF_RESULT,),
              problems=(*FILE_PROBLEMS, 409, 422))  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID, kind: str) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        query = ResultParameters(data=request.query_params)
        query.is_valid(raise_exception=True)
        options = parse_options(kind, query.validated_data, document.page_count)
        if kind in RESULT_TYPES and not options.variant:
            return deliver(request, get_result(document, kind))
        download = request_export(document_id, kind, options, actor=self.user)
        if download is None:
            return ask_again(request, Response({"detail": _IN_WORK}, status=202))
        return deliver(request, download)


class FigureView(FileView):
    """WebP; `name` as in a block's `figure`."""

    @describe("A picture cut out of a page", FILE_ANSWERS, headers=FILE_HEADERS,
              types=("image/webp",), problems=FILE_PROBLEMS)  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID, name: str) -> HttpResponseBase:
        return deliver(request, get_figure(require(self.user, Ability.SEE, document_id), name))


class ThumbnailView(PictureView):
    @describe("A small picture of the first page", FILE_ANSWERS, headers=FILE_HEADERS,
              types=("image/webp",), problems=(*FILE_PROBLEMS, 409, 422))  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        return deliver(request, get_thumbnail(require(self.user, Ability.SEE, document_id)))


class ResultSchemaView(FileView):
    """The JSON Schema of `result.json`, without a log-in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @describe("The JSON Schema of result.json", {200: FILE}, types=("application/schema+json",))
    def get(self, request: Request) -> HttpResponseBase:
        schema = resources.files("documents.exports").joinpath("result.schema.json").read_bytes()
        return HttpResponse(
            schema,
            content_type="application/schema+json",
            headers={"Cache-Control": "public, max-age=3600"},
        )
