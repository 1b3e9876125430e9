"""Exceptions behind the API as problem documents (documents/http/problem_details.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from documents import errors
from documents.api.statuses import retry_after, status_of
from documents.files.disk_errors import is_disk_full, storage_full
from documents.http.problem_details import MEDIA_TYPE, Text, build_problem
from documents.messages import Message
from documents.models.stored_error import StoredError

log = structlog.get_logger(__name__)

TITLES: dict[int, Text] = {
    400: _("The request is not valid."),
    401: _("Log in first."),
    403: _("This is not allowed."),
    404: _("There is no such thing here."),
    405: _("This can't be done here."),
    406: _("The answer is not available in the format asked for."),
    411: _("The request must say how long it is."),
    412: _("This version of the protocol is not spoken here."),
    413: _("The request is too large."),
    415: _("The request is in a format that is not understood."),
    416: _("The file has no such part."),
    429: _("Too many attempts."),
    500: _("Something went wrong on the server."),
}


class LengthRequired(exceptions.APIException):
    status_code = 411
    default_code = "length-required"
    default_detail = _(
        "The body came without a Content-Length. Send its length along (with curl: -F or -d, "
        "not a pipe)."
    )


class VersionNotSupported(exceptions.APIException):
    status_code = 412
    default_code = "version-not-supported"
    default_detail = _("Send the header Tus-Resumable: 1.0.0, the version that is spoken here.")


class RangeNotSatisfiable(exceptions.APIException):
    status_code = 416
    default_code = "range-not-satisfiable"

    def __init__(self, size: int) -> None:
        message = Message(
            "The file has {size} bytes; the requested range lies outside of it.", size=size
        )
        super().__init__(message.translated())
        self.headers = {"Content-Range": f"bytes */{size}"}


def handle_exception(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to a request that raised `error` (Django REST framework's EXCEPTION_HANDLER)."""
    request: Request = context["request"]
    if isinstance(error, errors.ArchiveError):
        return _answer_archive_error(request, error)
    if is_disk_full(error):
        return _answer_archive_error(request, storage_full())
    known = _to_api_exception(error)
    if known is not None:
        return _answer_api_exception(known)
    log.exception("request_failed", path=request.path, exc_info=error)
    got_request_exception.send(sender=handle_exception, request=request._request)
    return build_response(
        500,
        code="internal-error",
        detail=Message(
            "An unexpected error; the server’s log has it. Try again, and report it to the "
            "administrator if it persists."
        ),
    )


def build_response(
    status: int,
    *,
    code: str,
    detail: Text,
    title: Text = "",
    fields: Mapping[str, Sequence[Text]] | None = None,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """The problem document in the active language: the request's. `members`: what else it has."""
    content = build_problem(
        status,
        code=code,
        title=title or TITLES.get(status, TITLES[500]),
        detail=detail,
        errors=fields,
    )
    content.update(members or {})
    return Response(content, status=status, headers=dict(headers or {}), content_type=MEDIA_TYPE)


def describe_error(error: errors.ArchiveError) -> dict[str, Any]:
    """The problem document of an error that is told inside an answer."""
    return build_problem(
        status_of(type(error)),
        code=error.code,
        title=error.translated_title(),
        detail=error.message,
        errors=error.fields,
    )


def describe_stored_error(
    error: StoredError, fields: Mapping[str, Sequence[Text]]
) -> dict[str, Any]:
    """The problem document of an error in a row; `fields`: what is wrong with which."""
    cls = errors.error_class(error.error_code) or errors.ArchiveError
    return build_problem(
        status_of(cls),
        code=error.error_code,
        title=Message(cls.title).translated(),
        detail=error.error_text,
        errors=fields,
    )


def _answer_archive_error(request: Request, error: errors.ArchiveError) -> Response:
    status = status_of(type(error))
    if status >= 500:
        log.warning("request_not_served", path=request.path, code=error.code, error=str(error))
    seconds = retry_after(error)
    headers = {"Retry-After": str(seconds)} if seconds else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Token"
    return build_response(
        status,
        code=error.code,
        detail=error.message,
        title=error.translated_title(),
        fields=error.fields,
        headers=headers,
        members=error.members,
    )


def _to_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return RequestTooLarge()
    if isinstance(error, MultiPartParserError):
        return exceptions.ParseError(
            Message("The form can’t be read: {problem}", problem=error).translated()
        )
    if isinstance(error, UnreadablePostError):
        return exceptions.ParseError(_("The request broke off before its end. Send it again."))
    if isinstance(error, SuspiciousOperation | BadRequest):
        return exceptions.ParseError(str(error) or None)
    return None


class RequestTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "request-too-large"
    default_detail = _("The request has more text than may be sent at once.")


class JSONUploadTooLarge(RequestTooLarge):
    default_detail = _(
        "An upload in JSON may have at most 32 MB, about 24 MB of file. Send a larger file as a "
        "form (multipart/form-data, field file)."
    )


def _answer_api_exception(error: exceptions.APIException) -> Response:
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    auth_header = getattr(error, "auth_header", None)
    if auth_header:
        headers["WWW-Authenticate"] = auth_header
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    code = error.default_code.replace("_", "-")
    if isinstance(error, exceptions.ValidationError):
        fields: dict[str, list[str]] = {}
        for path, message in _flatten(error.detail):
            fields.setdefault(path or "request", []).append(message)
        detail = " ".join(f"{path}: {' '.join(found)}" for path, found in fields.items())
        return build_response(
            400, code="invalid-request", detail=detail, fields=fields, headers=headers
        )
    return build_response(error.status_code, code=code, detail=str(error.detail), headers=headers)


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            name = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(filter(None, (path, name))))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, f"{path}.{index}" if nested else path)
    else:
        yield path, str(detail)
