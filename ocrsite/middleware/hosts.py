"""Which host names are answered to: the checks of OCRSITE_ALLOWED_HOSTS, and what has none.

A probe or a Prometheus asks for the address of a machine or a pod, which nobody can put on a list
beforehand. What it is told names no host and holds no link, so that a forged name gains nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from ocrsite.middleware.startup_gate import ALWAYS_OPEN

_ANY_HOST = (*ALWAYS_OPEN, "/metrics", "/metrics/")


class HostsMiddleware(CommonMiddleware):
    """Django's own, which refuses other hosts (400); not for probes."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in _ANY_HOST else super().process_request(request)
