"""A person's tokens: make one for a program, see when each was used, revoke it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from documents.access import teams_of
from documents.actions.make_token import NAME_LENGTH, make_token
from documents.actions.revoke_token import revoke_token_of
from documents.errors import ArchiveError
from documents.models import TokenScope, User
from documents.sign_in.tokens import valid_tokens_of
from documents.web.guard import for_people, person

_SCOPES = (
    (TokenScope.READ, gettext_lazy("Read: lists, documents, files, search")),
    (TokenScope.WRITE, gettext_lazy("Write: upload, edit, trash, read again")),
    (TokenScope.REVIEW, gettext_lazy("Review: correct text, approve, reject")),
    (TokenScope.ADMIN, gettext_lazy("Administer: tokens, members of teams")),
)
_VALIDITIES = (
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
    ("3650", gettext_lazy("ten years")),
)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        help_text=gettext_lazy("The program or machine that will use it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May do"),
        choices=_SCOPES,
        initial=[TokenScope.READ.value],
        widget=forms.CheckboxSelectMultiple,
    )
    teams = forms.MultipleChoiceField(
        label=gettext_lazy("Only in these teams"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: in all of your teams."),
    )
    days = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=_VALIDITIES, initial="365")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(team.id), team.name) for team in teams_of(user).order_by("name")]
        if len(choices) > 1:
            self.fields["teams"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["teams"]


@never_cache
@for_people
def tokens_view(request: HttpRequest) -> HttpResponseBase:
    """POST makes one, and shows its key this once: it is in no later answer."""
    user = person(request)
    form, key = TokenForm(user, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        key = _make(user, form)
        if key:
            form = TokenForm(user)
    return _show(request, user, form, key)


@require_POST
@for_people
def revoke_view(request: HttpRequest, token_id: uuid.UUID) -> HttpResponseBase:
    try:
        revoke_token_of(token_id, actor=person(request))
        messages.success(request, _("The token is revoked. It opens nothing any more."))
    except ArchiveError as error:
        messages.error(request, error.message.translated())
    return redirect("web:tokens")


def _make(user: User, form: TokenForm) -> str:
    """The key of the new token; "" with the reason in `form` where there is none."""
    given = form.cleaned_data
    days = datetime.timedelta(days=int(given["days"]))
    try:
        _token, key = make_token(
            actor=user,
            name=given["name"],
            scopes=given["scopes"],
            team_ids=[uuid.UUID(team) for team in given.get("teams", ())],
            # A little less, as the longest validity counts from a later moment.
            expires_at=timezone.now() + days - datetime.timedelta(seconds=1),
        )
    except ArchiveError as error:
        form.add_error(None, error.message.translated())
        return ""
    return key


def _show(request: HttpRequest, user: User, form: TokenForm, key: str) -> HttpResponseBase:
    names = {str(team.id): team.name for team in teams_of(user)}
    labels = dict(TokenScope.choices)
    tokens = [
        {
            "token": token,
            "scopes": [labels[scope] for scope in token.scopes],
            "teams": [names.get(team, _("a former team")) for team in token.team_ids],
            "ends_soon": token.expires_at - timezone.now() < datetime.timedelta(days=14),
        }
        for token in valid_tokens_of(user)
    ]
    context = {"form": form, "key": key, "tokens": tokens}
    return render(request, "web/tokens/tokens.html", context)


urlpatterns = [
    path("account/tokens/", tokens_view, name="tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", revoke_view, name="revoke-token"),
]
