"""Where an invitation's link leads: the invited person chooses a password, without a log-in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from documents.actions.accept_invitation import accept_invitation
from documents.actions.invitation_key import find_invited
from documents.errors import ArchiveError

_SESSION_KEY = "invitation"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_view(request: HttpRequest) -> HttpResponse:
    """GET with `key`: remembers it in the session, so that it stands in no address that is passed
    on. GET: the form. POST: a SetPasswordForm."""
    key = request.GET.get("key")
    if key is not None and request.method != "POST":
        if find_invited(key) is None:
            return _show(request, 404)
        request.session[_SESSION_KEY] = key
        return redirect("invitation")
    key = str(request.session.get(_SESSION_KEY, ""))
    user = find_invited(key)
    if user is None:
        return _show(request, 404)
    form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, form=form, username=user.username)
    try:
        accept_invitation(key, form.cleaned_data["new_password1"])
    except ArchiveError as error:
        form.add_error("new_password1", error.translated())
        return _show(request, form=form, username=user.username)
    logout(request)  # whoever used this browser before
    messages.success(request, _("Your password is set. Log in with it."))
    return redirect("log-in")


def old_invitation_view(request: HttpRequest) -> HttpResponse:
    """Links that were sent before the page moved."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("invitation") + (f"?{query}" if query else ""))


def _show(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    """Without a form: that the invitation has ended."""
    return render(request, "web/invitation.html", context, status=status)
