"""Checks the Host header against OCRSITE_ALLOWED_HOSTS, except for probes.

A probe or Prometheus addresses a machine or a pod by an address that can't be listed beforehand.
The responses to probes name no host and contain no link, so a forged Host gains nothing.
"""

from __future__ import annotations

import structlog
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from documents.messages import Message
from ocrsite.middleware.startup_gate import ALWAYS_OPEN
from ocrsite.responses import build_refusal

_ANY_HOST = (*ALWAYS_OPEN, "/metrics", "/metrics/")

log = structlog.get_logger("ocrsite.web")


class HostsMiddleware(CommonMiddleware):
    """Django's middleware, which rejects other hosts (400), for all paths but those of probes."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:  # type: ignore[override]
        if request.path in _ANY_HOST:
            return None
        try:
            return super().process_request(request)
        except DisallowedHost:
            log.info("host_refused", path=request.path)
            return build_refusal(
                request,
                400,
                code="host-not-valid",
                title=Message("The request is not valid."),
                detail=Message(
                    "This archive does not answer to this host name. Use another address, or ask "
                    "the administrator to add the name to OCRSITE_ALLOWED_HOSTS."
                ),
            )
