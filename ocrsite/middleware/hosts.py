"""Checks the Host header against OCRSITE_ALLOWED_HOSTS, except for probes.

A probe or Prometheus addresses a machine or a pod by an address that can't be listed beforehand.
The responses to probes name no host and contain no link, so a forged Host gains nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from ocrsite.middleware.startup_gate import ALWAYS_OPEN

_ANY_HOST = (*ALWAYS_OPEN, "/metrics", "/metrics/")


class HostsMiddleware(CommonMiddleware):
    """Django's middleware, which rejects other hosts (400), for all paths but those of probes."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in _ANY_HOST else super().process_request(request)
