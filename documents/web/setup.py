"""The administrator's first page: a password, the team's name, what is configured, a document to
try, a colleague.

It is offered until everything is done, or until the administrator puts it away.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from documents.access import teams_of, visible_to
from documents.actions.bootstrap import FIRST_TEAM
from documents.actions.end_setup import end_setup
from documents.actions.rename_team import NAME_LENGTH, rename_team
from documents.actions.replace_generated_password import replace_generated_password
from documents.actions.upload import upload
from documents.errors import ArchiveError, InvalidRequest
from documents.files.upload_staging import stage
from documents.models import FIRST_TEAM_ID, Team, User
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.setup_checks import BAD, BUSY, run_checks
from documents.web.team import find_team

#: Two pages as a scanner makes them, drawn by docs/make_sample.py.
SAMPLE = Path(__file__).with_name("sample.pdf")
_CHUNK = 64 * 2**10


def _for_administrators(
    view: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def guarded(request: HttpRequest) -> HttpResponseBase:
        if not person(request).is_superuser:
            raise PermissionDenied
        return view(request)

    return for_people(guarded)


@never_cache
@_for_administrators
def setup_view(request: HttpRequest) -> HttpResponseBase:
    return _show(request)


def _show(request: HttpRequest, form: forms.Form | None = None) -> HttpResponse:
    user = person(request)
    sample = parse_uuid(request.session.get("sample"))
    documents = visible_to(user)
    team = Team.objects.filter(id=FIRST_TEAM_ID).first()
    context: dict[str, Any] = {
        "checks": run_checks(),
        "form": form or SetPasswordForm(user),
        "sample": documents.filter(id=sample).first() if sample else None,
        "has_documents": documents.exists(),
        "team": team,
        "needs_name": team is not None and team.name == FIRST_TEAM,
        "longest_name": NAME_LENGTH,
        "has_colleagues": User.objects.exclude(pk=user.pk).exists(),
        "needs_password": user.has_generated_password,
    }
    context["is_busy"] = context["checks"][0].state in (BUSY, BAD)
    context["is_done"] = (
        context["has_documents"] and context["has_colleagues"] and not context["needs_password"]
    )
    return render(request, "web/setup/setup.html", context, status=400 if form else 200)


@sensitive_post_parameters("new_password1", "new_password2")
@require_POST
@_for_administrators
def password_view(request: HttpRequest) -> HttpResponseBase:
    """POST: a SetPasswordForm, in place of the generated password alone."""
    user = person(request)
    form = SetPasswordForm(user, request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        changed = replace_generated_password(form.cleaned_data["new_password1"], actor=user)
    except InvalidRequest as error:
        form.add_error("new_password1", error.translated())
        return _show(request, form)
    except ArchiveError as error:
        messages.error(request, error.translated())
        return redirect("web:setup")
    update_session_auth_hash(request, changed)
    messages.success(request, _("The new password is set. Other sessions are logged out."))
    return redirect("web:setup")


@require_POST
@_for_administrators
def team_view(request: HttpRequest) -> HttpResponseBase:
    """POST: `name` of the first team."""
    try:
        rename_team(FIRST_TEAM_ID, request.POST.get("name", ""), actor=person(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
    return redirect("web:setup")


@require_POST
@_for_administrators
def sample_view(request: HttpRequest) -> HttpResponseBase:
    """Uploads the sample, as anybody uploads anything."""
    user = person(request)
    team = find_team(user, list(teams_of(user)), None)
    try:
        with SAMPLE.open("rb") as file:
            staged = stage(iter(lambda: file.read(_CHUNK), b""))
        made = upload(
            user,
            staged,
            "sample.pdf",
            title=_("A letter to try the archive with"),
            team_id=team.id if team else None,
        )
    except ArchiveError as error:
        messages.error(request, error.translated())
        return redirect("web:setup")
    request.session["sample"] = str(made.document.id)
    return redirect("web:setup")


@require_POST
@_for_administrators
def end_view(request: HttpRequest) -> HttpResponseBase:
    end_setup(actor=person(request))
    return redirect("web:inbox")


urlpatterns = [
    path("setup/", setup_view, name="setup"),
    path("setup/password/", password_view, name="setup-password"),
    path("setup/team/", team_view, name="setup-team"),
    path("setup/sample/", sample_view, name="setup-sample"),
    path("setup/end/", end_view, name="setup-end"),
]
