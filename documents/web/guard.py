"""The person behind a request to a page. Who is not logged in is led to the log-in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from documents.models import User

P = ParamSpec("P")


def for_people(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For every page but those that lead in: the view is reached by logged-in people only.

    A part of a page that htmx asks for is answered 401, and the whole page goes to the log-in.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if isinstance(request.user, User) and request.user.is_active:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            shown = urlsplit(request.headers.get("HX-Current-URL", ""))
            query = urlencode({"next": f"{shown.path or '/'}?{shown.query}".rstrip("?")})
            headers = {"HX-Redirect": f"{reverse('log-in')}?{query}"}
            return HttpResponse(status=401, headers=headers)
        return redirect_to_login(request.get_full_path())

    return guarded  # type: ignore[return-value] # `request` may be given by name, too


def person(request: HttpRequest) -> User:
    """The logged-in person. Raises TypeError for a view that `for_people` does not guard."""
    user: Any = request.user
    if not isinstance(user, User):
        raise TypeError("a page was reached without a log-in")
    return user
