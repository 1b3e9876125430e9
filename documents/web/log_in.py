"""The page where people log in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from documents.actions.log_in import log_in
from documents.errors import ArchiveError, Busy, LogInFailed, TooManyAttempts
from documents.http.csrf import csrf_protect
from documents.models import User
from documents.sign_in.client import describe_client
from documents.sign_in.known_devices import remember_device
from documents.web.session import find_next

#: Bytes of a filled-in form at most. Everybody may send one, and all of it is read.
_LONGEST_FORM = 64 * 2**10


class LogInForm(AuthenticationForm):
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
def log_in_view(request: HttpRequest) -> HttpResponseBase:
    """GET: the form. POST: a LogInForm, and `next`: where to go on. The answer is 429 or 503 while
    logging in has to wait."""
    if int(request.headers.get("Content-Length") or 0) > _LONGEST_FORM:
        raise RequestDataTooBig("No form for logging in is so large.")
    answer = _log_in(request)
    assert isinstance(answer, HttpResponseBase)
    return answer


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _log_in(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(find_next(request, wanted))
        return _show(request, LogInForm(request), wanted)
    form = LogInForm(request, request.POST)
    if not form.is_valid():
        answer = _show(request, form, wanted)
        if form.refusal is not None:
            answer.status_code = 429 if isinstance(form.refusal, TooManyAttempts) else 503
            answer["Retry-After"] = str(form.refusal.retry_after or 1)
        return answer
    user = form.get_user()
    login(request, user)
    # The password that the archive made has been shown in a log: another is asked for first.
    first = reverse("web:setup") if user.has_generated_password else find_next(request, wanted)
    answer = HttpResponseRedirect(first)
    remember_device(answer, describe_client(request).device, user)
    return answer


def _show(request: HttpRequest, form: LogInForm, wanted: str) -> HttpResponse:
    context = {"form": form, "next": wanted, "first": _find_first_administrator()}
    return render(request, "web/log_in.html", context)


def _find_first_administrator() -> str:
    """The user name of the administrator whose password the archive has made and nobody has used;
    "" in every archive that somebody has logged in to."""
    unused = User.objects.filter(has_generated_password=True, is_superuser=True, last_login=None)
    first = unused.order_by("id").first()
    return first.username if first else ""


def admin_log_in_view(request: HttpRequest) -> HttpResponse:
    """Where the admin leads whom it does not admit: to the log-in, or, who is logged in already and
    may not enter, to a refusal."""
    wanted = request.GET.get("next", reverse("admin:index"))
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return HttpResponseRedirect(f"{reverse('log-in')}?{urlencode({'next': wanted})}")
