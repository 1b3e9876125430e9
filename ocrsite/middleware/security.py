"""Security headers of every response, and the handling of X-Forwarded-Host."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ocrsite.responses import GetResponse

#: Nothing from other origins, nothing inline, no framing. `data:` images are icons in stylesheets.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class SecurityHeaders:
    """Sets headers that the view has not set itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Each gateway in a chain appends a host; the first is the one that the browser used.
        forwarded = request.META.get("HTTP_X_FORWARDED_HOST", "")
        if "," in forwarded:
            request.META["HTTP_X_FORWARDED_HOST"] = forwarded.partition(",")[0].strip()
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response
