"""Cross-site request forgery behind a gateway that ends TLS and may not say so.

A browser then names an https Origin while the inner request is plain http, which Django would
refuse. The origin counts as ours when its host is the one the request was sent to (`Host`, or
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
    def _origin_verified(self, request: HttpRequest) -> bool:
        if super()._origin_verified(request):  # type: ignore[misc]
            return True
        try:
            origin = urlsplit(request.META["HTTP_ORIGIN"])
        except ValueError:  # no browser sends such a one
            return False
        if origin.scheme != "https" or not origin.netloc:
            return False
        hosts = (request.META.get(name, "") for name in ("HTTP_HOST", "HTTP_X_FORWARDED_HOST"))
        return _host(origin.netloc) in {_host(host) for host in hosts if host}


#: For a view that must look at who asks before its body is read (and so is exempt by itself).
csrf_protect = decorator_from_middleware(CsrfMiddleware)


class _Check(CsrfMiddleware):
    """Gives the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


class SessionOnlyFromHere(SessionAuthentication):
    """The session for the API, under the same rule as every form."""

    def enforce_csrf(self, request: Request) -> None:
        check = _Check(lambda request: HttpResponse())
        check.process_request(request)
        reason = check.process_view(request, lambda: HttpResponse(), (), {})
        if reason:
            raise PermissionDenied(f"CSRF Failed: {reason}")


def _host(netloc: str) -> str:
    """The host as it is compared: without the port that https implies."""
    return netloc.strip().lower().removesuffix(":443")
