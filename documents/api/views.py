"""What every endpoint of the API has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.api.parsers import BoundedJSONParser
from documents.api.problems import LengthRequired
from documents.models import User


class ApiView(APIView):
    """Details in English, problems as problem documents, nothing kept by caches unless said."""

    parser_classes: Sequence[type[BaseParser]] = (BoundedJSONParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # WSGI knows a body by its length; without one it would look like an empty body.
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise LengthRequired

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished.headers.setdefault("Cache-Control", "no-store")
        return finished

    @property
    def user(self) -> User:
        """Who is logged in; there always is somebody where `IsAuthenticated` is demanded."""
        user = self.request.user
        assert isinstance(user, User)
        return user


class AnyAccept(DefaultContentNegotiation):
    """For files: what is sent is what there is, whatever the client would rather have."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class FileView(ApiView):
    content_negotiation_class = AnyAccept


class NothingHere(ApiView):
    """Every path below /api/ that means nothing."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(f"There is nothing at {request.path}.")
