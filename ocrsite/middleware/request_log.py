"""One line in the log for each request. No query string: a token may stand in one."""

from __future__ import annotations

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from documents.sign_in.client import find_network


class RequestLog(RequestMiddleware):
    """django_structlog's middleware, with the path alone, and the address that a gateway vouches
    for in place of one that a client claims."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=find_network(request.META))
