"""A document's files: the original, the results, the thumbnail and figures."""

from __future__ import annotations

import uuid
from importlib import resources

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from documents.access import Ability, require
from documents.api.delivery import deliver
from documents.api.views import FileView
from documents.exports.downloads import get_figure, get_original, get_result, get_thumbnail


class OriginalView(FileView):
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        return deliver(request, get_original(require(self.user, Ability.SEE, document_id)))


class ResultView(FileView):
    """`kind` is "json", "md" or "txt"."""

    def get(self, request: Request, document_id: uuid.UUID, kind: str) -> HttpResponseBase:
        return deliver(request, get_result(require(self.user, Ability.SEE, document_id), kind))


class FigureView(FileView):
    """WebP; `name` as in a block's `figure`."""

    def get(self, request: Request, document_id: uuid.UUID, name: str) -> HttpResponseBase:
        return deliver(request, get_figure(require(self.user, Ability.SEE, document_id), name))


class ThumbnailView(FileView):
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        return deliver(request, get_thumbnail(require(self.user, Ability.SEE, document_id)))


class ResultSchemaView(FileView):
    """The JSON Schema of `result.json`, without a log-in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> HttpResponseBase:
        schema = resources.files("documents.exports").joinpath("result.schema.json").read_bytes()
        return HttpResponse(
            schema,
            content_type="application/schema+json",
            headers={"Cache-Control": "public, max-age=3600"},
        )
