"""The page where people log in, and the buttons that log out everywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from documents.actions.log_in import log_in
from documents.actions.log_out_everywhere import log_out_everywhere
from documents.errors import ArchiveError, Busy, LogInFailed, NotFound, TooManyAttempts
from documents.http.csrf import csrf_protect
from documents.models import User
from documents.sign_in.client import describe_client
from documents.sign_in.known_devices import remember_device

#: Bytes of a filled-in form at most. Everybody may send one, and all of it is read.
_LONGEST_FORM = 64 * 2**10


class LogInForm(AdminAuthenticationForm):
    """Asks the action that every door asks; `refusal` is its error, if any."""

    refusal: ArchiveError | None = None
    user_cache: User | None

    def clean(self) -> dict[str, Any]:
        username, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if username and password:
            assert self.request is not None
            try:
                user = log_in(username, password, describe_client(self.request))
            except LogInFailed:
                raise self.get_invalid_login_error() from None
            except (Busy, TooManyAttempts) as error:
                self.refusal = error
                self.add_error(None, error.translated())
                return self.cleaned_data
            self.confirm_login_allowed(user)
            user.backend = "django.contrib.auth.backends.ModelBackend"  # type: ignore[attr-defined]
            self.user_cache = user
        return self.cleaned_data


@csrf_exempt  # checked below, after the form's size
def log_in_page(request: HttpRequest) -> HttpResponseBase:
    """Django's page, whose answer is 429 or 503 while logging in has to wait."""
    if int(request.headers.get("Content-Length") or 0) > _LONGEST_FORM:
        raise RequestDataTooBig("No form for logging in is so large.")
    response = _log_in_page(request)
    assert isinstance(response, HttpResponseBase)
    return response


@csrf_protect
def _log_in_page(request: HttpRequest) -> HttpResponseBase:
    response = admin.site.login(request)
    if isinstance(response, TemplateResponse):
        form = (response.context_data or {}).get("form")
        if isinstance(form, LogInForm) and form.refusal is not None:
            response.status_code = 429 if isinstance(form.refusal, TooManyAttempts) else 503
            response["Retry-After"] = str(form.refusal.retry_after or 1)
    elif request.method == "POST" and isinstance(request.user, User):
        remember_device(response, describe_client(request).device, request.user)
    return response


@require_POST
def log_out_everywhere_page(request: HttpRequest, user_id: int | None = None) -> HttpResponse:
    """Of oneself, or (administrators) of another user. The page's guard is `admin_view`."""
    assert isinstance(request.user, User)
    if user_id is None:
        user_id = request.user.pk
    try:
        log_out_everywhere(user_id, actor=request.user)
    except NotFound as error:
        raise Http404(error.translated()) from None
    if user_id == request.user.pk:
        logout(request)
        messages.success(request, _("You are logged out on every device."))
        return HttpResponseRedirect(reverse("admin:login"))
    messages.success(request, _("The user is logged out on every device."))
    return HttpResponseRedirect(reverse("admin:documents_user_change", args=[user_id]))
