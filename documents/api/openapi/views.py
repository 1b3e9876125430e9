"""`GET /api/schema/`, and `GET /api/docs/`: pages made of it, without a network and inline code."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from documents.api.openapi.describe import FILE, describe
from documents.api.openapi.document import build_description, build_yaml
from documents.api.views import FileView

_YAML = "application/yaml"


class SchemaView(FileView):
    """For everybody: it holds nothing of the archive."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @describe("This description", {200: FILE}, types=("application/json", _YAML))
    def get(self, request: Request) -> HttpResponseBase:
        """As JSON, or as YAML for whoever accepts that."""
        headers = {"Cache-Control": "public, max-age=300", "Vary": "Accept"}
        if "yaml" in request.headers.get("Accept", ""):
            return HttpResponse(build_yaml(), content_type=_YAML, headers=headers)
        return HttpResponse(_json(), content_type="application/json", headers=headers)


@lru_cache(maxsize=1)
def _json() -> bytes:
    return json.dumps(build_description(), ensure_ascii=False, default=str).encode()


def docs_page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
