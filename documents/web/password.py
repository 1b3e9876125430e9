"""Where people change their own password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from documents.actions.change_password import change_password
from documents.errors import InvalidRequest
from documents.web.guard import for_people, person


class PasswordForm(PasswordChangeForm):
    """The old password is checked by the action, once."""

    def clean_old_password(self) -> str:
        return str(self.cleaned_data["old_password"])


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def password_view(request: HttpRequest) -> HttpResponseBase:
    """POST: a PasswordForm. This session goes on, every other one ends."""
    user = person(request)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            changed = change_password(values["old_password"], values["new_password1"], actor=user)
        except InvalidRequest as error:
            for name, texts in error.fields.items():
                field = name if name in form.fields else "new_password1"
                form.add_error(field, " ".join(text.translated() for text in texts))
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _("The new password is set. Other sessions are logged out."))
            return redirect("web:inbox")
    status = 400 if request.method == "POST" else 200
    return render(request, "web/team/password.html", {"form": form}, status=status)


urlpatterns = [path("password/", password_view, name="password")]
