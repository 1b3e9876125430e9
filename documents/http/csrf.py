"""CSRF protection behind a gateway that terminates TLS and may not say so.

A browser then sends an https Origin while the inner request is plain http, which Django would
refuse. The origin is accepted when its host is the one that the request was sent to (`Host` or
`X-Forwarded-Host`: no page of another site can set either). Any other origin is refused.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's middleware, which also accepts an https origin of the request's own host."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if super()._origin_verified(request):  # type: ignore[misc]
            return True
        try:
            origin = urlsplit(request.META["HTTP_ORIGIN"])
        except ValueError:  # no browser sends such an Origin
            return False
        if origin.scheme != "https" or not origin.netloc:
            return False
        hosts = (request.META.get(name, "") for name in ("HTTP_HOST", "HTTP_X_FORWARDED_HOST"))
        return _normalize_host(origin.netloc) in {_normalize_host(host) for host in hosts if host}


#: For a view that is exempt because it authenticates the request before it reads the body.
csrf_protect = decorator_from_middleware(CsrfMiddleware)


class _CsrfCheck(CsrfMiddleware):
    """Returns the reason of a refusal instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


class SameOriginSessionAuthentication(SessionAuthentication):
    """Session authentication for the API, with the same CSRF check as every form."""

    def enforce_csrf(self, request: Request) -> None:
        check = _CsrfCheck(lambda request: HttpResponse())
        check.process_request(request)
        reason = check.process_view(request, lambda: HttpResponse(), (), {})
        if reason:
            raise PermissionDenied(f"CSRF Failed: {reason}")


def _normalize_host(netloc: str) -> str:
    """The host in lower case and without the port that https implies."""
    return netloc.strip().lower().removesuffix(":443")
