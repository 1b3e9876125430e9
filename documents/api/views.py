"""Base classes of the API's views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.access import require_scope
from documents.api.parsers import BoundedJSONParser
from documents.api.problems import LengthRequired
from documents.api.rates import TokenRate, set_rate_headers
from documents.api.spellings import find_same_place
from documents.errors import Busy, NotFound
from documents.http.ask_again import ask_again
from documents.messages import Message
from documents.models import ApiToken, TokenScope, User


class ApiView(APIView):
    """Errors are problem documents, and caches store nothing unless an answer allows it."""

    parser_classes: Sequence[type[BaseParser]] = (BoundedJSONParser,)
    throttle_classes = (TokenRate,)

    #: The scope that a token needs, by method in small letters, None for any token. GET needs
    #: `read`; what is not named here needs `admin`. (`access` checks each team and document.)
    scopes: ClassVar[Mapping[str, TokenScope | None]] = {}

    @classmethod
    def scope_of(cls, method: str) -> TokenScope | None:
        method = method.lower().replace("head", "get")
        if method == "options":
            return None
        by_default = TokenScope.READ if method == "get" else TokenScope.ADMIN
        return cls.scopes.get(method, by_default)

    def check_permissions(self, request: Request) -> None:
        """Raises what Django REST framework does, and ScopeTooNarrow."""
        super().check_permissions(request)
        scope = self.scope_of(request.method or "")
        if scope is not None and isinstance(request.user, User):
            require_scope(request.user, scope)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # WSGI finds a body by its length; a chunked body would look empty.
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise LengthRequired

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished.headers.setdefault("Cache-Control", "no-store")
        set_rate_headers(request, finished)
        return finished

    @property
    def user(self) -> User:
        """The user who sent the request, for views that require `IsAuthenticated`."""
        user = self.request.user
        assert isinstance(user, User)
        return user


class AnyAccept(DefaultContentNegotiation):
    """For files: each has one format, whatever the client accepts."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class FileView(ApiView):
    content_negotiation_class = AnyAccept


class PictureView(FileView):
    """A picture that may have to be drawn first, one at a time. While others come first, a program
    waits without a thread; a person's browser has few connections and asks again by itself."""

    def handle_exception(self, exc: Exception) -> Response:
        response: Response = super().handle_exception(exc)
        if isinstance(exc, Busy) and isinstance(self.request.auth, ApiToken):
            ask_again(self.request, response)
        return response


class UnknownPathView(ApiView):
    """404 for every other path below /api/, unless only its ids are spelt otherwise."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AnyAccept

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = find_same_place(request.path_info)
        if found is None:
            return super().dispatch(request, *args, **kwargs)
        request.resolver_match = found
        return found.func(request, *found.args, **found.kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(Message("There is nothing at {path}.", path=request.path))
