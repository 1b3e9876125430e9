"""What a page answers where something is not there or may not be done."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from documents.errors import ArchiveError, NotFound
from documents.http.problem_details import MEDIA_TYPE, build_problem

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def show_missing(view: View[P]) -> View[P]:
    """What does not exist and what the person may not see is the site's page 404."""

    @functools.wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return shown  # type: ignore[return-value] # `request` may be given by name, too


def answer_problems(view: View[P]) -> View[P]:
    """For what scripts ask for: errors are problem documents (404: it is not there)."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ArchiveError as error:
            status = 404 if isinstance(error, NotFound) else 409
            problem = build_problem(
                status, code=error.code, title=error.translated_title(), detail=error.message
            )
            return JsonResponse(problem, status=status, content_type=MEDIA_TYPE)

    return answered  # type: ignore[return-value] # `request` may be given by name, too
