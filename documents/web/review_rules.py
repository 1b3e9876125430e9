"""What of a team's documents goes to review: a manager's page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from documents.access import Ability, require_team, teams_where
from documents.actions.set_review_rules import set_review_rules
from documents.models import ReviewRules, Team
from documents.web.guard import for_people, person


class RulesForm(forms.Form):
    """Percent, as people say it; an empty limit is none."""

    flagged = forms.BooleanField(
        required=False, label=gettext_lazy("Documents with something to look at (flags)")
    )
    below = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        label=gettext_lazy("Documents whose confidence is below, %"),
        help_text=gettext_lazy("Empty: no limit. Documents without a confidence are left out."),
    )
    sample = forms.IntegerField(
        min_value=0,
        max_value=100,
        label=gettext_lazy("A random sample of all documents, %"),
        help_text=gettext_lazy("0: none."),
    )


@dataclass(frozen=True)
class TeamRules:
    team: Team
    form: RulesForm


@for_people
@require_safe
def rules_view(request: HttpRequest) -> HttpResponseBase:
    return _show(request)


@for_people
@require_POST
def save_view(request: HttpRequest, team_id: uuid.UUID) -> HttpResponseBase:
    require_team(person(request), Ability.MANAGE, team_id)
    form = _bind(team_id, request.POST)
    if not form.is_valid():
        return _show(request, team_id, form)
    below = form.cleaned_data["below"]
    rules = set_review_rules(
        team_id,
        actor=person(request),
        flagged=form.cleaned_data["flagged"],
        below_confidence=None if below is None else below / 100,
        sample_percent=form.cleaned_data["sample"],
    )
    messages.success(request, _("The rules of “%(team)s” are saved.") % {"team": rules.team.name})
    return redirect("web:review-rules")


def _show(
    request: HttpRequest, team_id: uuid.UUID | None = None, refused: RulesForm | None = None
) -> HttpResponseBase:
    teams = teams_where(person(request), Ability.MANAGE).order_by("name")
    rules = ReviewRules.objects.in_bulk([team.id for team in teams])
    shown = [
        TeamRules(
            team,
            refused if refused and team.id == team_id else _form(team, rules.get(team.id)),
        )
        for team in teams
    ]
    return render(request, "web/review/rules.html", {"teams": shown})


def _form(team: Team, rules: ReviewRules | None) -> RulesForm:
    limit = rules.below_confidence if rules else None
    initial = {
        "flagged": rules.flagged if rules else True,
        "below": None if limit is None else round(limit * 100),
        "sample": rules.sample_percent if rules else 0,
    }
    return _bind(team.id, initial=initial)


def _bind(team_id: uuid.UUID, data: QueryDict | None = None, **options: Any) -> RulesForm:
    """Several forms stand on the page: each has ids of its own."""
    return RulesForm(data, auto_id=f"id_{team_id}_%s", **options)


urlpatterns = [
    path("review/rules/", rules_view, name="review-rules"),
    path("review/rules/<uuid:team_id>/", save_view, name="review-rules-save"),
]
