"""Views that scripts of the pages ask: JSON in, JSON out, errors as problem documents."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from documents.errors import (
    ArchiveError,
    Busy,
    Conflict,
    InvalidRequest,
    LoginRequired,
    NotAllowed,
    NotFound,
)
from documents.http.problem_details import MEDIA_TYPE, build_problem
from documents.messages import Message
from documents.models import User

P = ParamSpec("P")
Answer = Callable[Concatenate[HttpRequest, P], dict[str, Any]]

#: Bytes of a body: 100 ids and a change.
MOST_BYTES = 64 * 1024

_STATUSES: tuple[tuple[type[ArchiveError], int], ...] = (
    (InvalidRequest, 400),
    (LoginRequired, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Busy, 503),
)


def answer_json(
    view: Answer[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For logged-in people; 401 for others, since a script can't follow to the log-in."""

    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            if not (isinstance(request.user, User) and request.user.is_active):
                raise LoginRequired
            answer = JsonResponse(view(request, *args, **kwargs))
        except ArchiveError as error:
            answer = _describe(error)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    functools.update_wrapper(answered, view)
    return answered


def read_object(request: HttpRequest, names: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object of the body, with no other fields than `names`. Raises InvalidRequest."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        message = Message("The request has more than {most} bytes.", most=MOST_BYTES)
        raise InvalidRequest.for_field("request", message)
    try:
        given = json.loads(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise InvalidRequest.for_field("request", Message("This is not an object."))
    for unknown in sorted(set(given) - set(names)):
        message = Message(
            "There is no such field here. Known are: {names}.", names=", ".join(names)
        )
        raise InvalidRequest.for_field(unknown, message)
    return given


def _describe(error: ArchiveError) -> JsonResponse:
    status = next((status for cls, status in _STATUSES if isinstance(error, cls)), 500)
    said = [text.translated() for texts in error.fields.values() for text in texts]
    problem = build_problem(
        status,
        code=error.code,
        title=Message(error.title),
        detail=" ".join(said) or error.message,
        errors=error.fields,
    )
    return JsonResponse(problem, status=status, content_type=MEDIA_TYPE)
