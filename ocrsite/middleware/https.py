"""`Secure` cookies and HSTS for requests that came by https, and only for those.

The same container may be used by https through a gateway and by plain http in a local network, so
no setting says which it is: each request does. It came by https where

- the gateway says so (`X-Forwarded-Proto: https`),
- the browser says so: its `Origin` or `Referer` is an https address of the request's own host,
- it carries a cookie that browsers send by https only, which an earlier answer set.

The last one is how a gateway that says nothing is known again: otherwise an answer to a request
without `Origin` would set the cookies again without `Secure`. A client can claim any of this only
about itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ocrsite.responses import GetResponse

#: Set with `Secure`; its value means nothing.
MARKER = "came_by_https"
#: Seconds: a year. Without includeSubDomains: other hosts of the domain are not ours.
HSTS = "max-age=31536000"
_MARKER_AGE = 400 * 86_400


class SecureCookies:
    """Outside of every middleware that sets cookies."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if came_by_https(request):
            response.headers.setdefault("Strict-Transport-Security", HSTS)
            if response.cookies:
                if MARKER not in request.COOKIES:
                    response.set_cookie(MARKER, "1", _MARKER_AGE, httponly=True, samesite="Lax")
                for cookie in response.cookies.values():
                    cookie["secure"] = True
        return response


def came_by_https(request: HttpRequest) -> bool:
    if request.is_secure() or MARKER in request.COOKIES:
        return True
    hosts = {request.META.get(name, "") for name in ("HTTP_HOST", "HTTP_X_FORWARDED_HOST")}
    return any(
        _is_https_of(request.META.get(name, ""), hosts) for name in ("HTTP_ORIGIN", "HTTP_REFERER")
    )


def _is_https_of(address: str, hosts: set[str]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    own = {host.lower().removesuffix(":443") for host in hosts if host}
    return parts.scheme == "https" and parts.netloc.lower().removesuffix(":443") in own
