"""Logging out, here or everywhere, and what a browser remembers of a person: its theme."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.actions.log_out_everywhere import log_out_everywhere
from documents.web.guard import for_people, person


@require_POST
def log_out_view(request: HttpRequest) -> HttpResponse:
    """Also without a log-in: whoever presses the button is logged out."""
    logout(request)
    return redirect("log-in")


@require_POST
@for_people
def log_out_everywhere_view(request: HttpRequest) -> HttpResponseBase:
    user = person(request)
    log_out_everywhere(user.pk, actor=user)
    logout(request)
    messages.success(request, _("You are logged out on every device."))
    return redirect("log-in")


@require_POST
def theme_view(request: HttpRequest) -> HttpResponse:
    """`theme`: "light", "dark", anything else for that of the device. `next`: where to go on."""
    answer = HttpResponseRedirect(find_next(request, request.POST.get("next", "")))
    theme = request.POST.get("theme", "")
    if theme in ("light", "dark"):
        answer.set_cookie("theme", theme, settings.LANGUAGE_COOKIE_AGE, samesite="Lax")
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


def find_next(request: HttpRequest, url: str) -> str:
    """`url` where it leads to this site, else the first page."""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return url if url and safe else "/"


urlpatterns = [
    path("logout/", log_out_view, name="log-out"),
    path("logout/everywhere/", log_out_everywhere_view, name="log-out-everywhere"),
    path("theme/", theme_view, name="theme"),
]
