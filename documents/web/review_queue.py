"""The review queue: what waits, for whom, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from documents.access import Ability, may_somewhere, teams_where
from documents.models import Document, Tag, Team, User
from documents.review.figures import ReviewFigures, review_figures, start_of_today
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.review.queue import LEAST_TRUSTED_FIRST, count_open, documents_of
from documents.review.queue_filters import (
    BY_RULE,
    ME,
    NOBODY,
    POSTPONED,
    TAKEN,
    WAITING,
    QueueFilters,
)
from documents.web.review_data import reasons_of

#: Documents on the queue's page; *Next* goes through all.
PER_PAGE = 50
#: Tags and people that are offered as filters.
_MOST_CHOICES = 200

AGES = (1, 3, 7, 30)


class FilterForm(forms.Form):
    """Values that make no sense filter nothing."""

    team = forms.UUIDField(required=False)
    tag = forms.CharField(required=False, max_length=100)
    reason = forms.ChoiceField(
        required=False, choices=[(name, name) for name in (*FLAG_DESCRIPTIONS, *BY_RULE)]
    )
    days = forms.IntegerField(required=False, min_value=1, max_value=3650)
    assignee = forms.CharField(required=False, max_length=150)
    state = forms.ChoiceField(
        required=False, choices=[(name, name) for name in (WAITING, POSTPONED, TAKEN)]
    )


def read_filters(query: QueryDict | dict[str, Any]) -> QueueFilters:
    form = FilterForm(query)
    form.is_valid()
    given = form.cleaned_data  # has the valid fields only
    return QueueFilters(
        team=given.get("team"),
        tag=given.get("tag", ""),
        reason=given.get("reason", ""),
        days=given.get("days") or 0,
        assignee=given.get("assignee", ""),
        state=given.get("state", WAITING),
    )


def queue_of(user: User, filters: QueueFilters) -> QuerySet[Document]:
    return filters.apply(documents_of(user).to_review(), user)


@dataclass(frozen=True)
class QueueRow:
    """`doubts`: None where they have not been counted."""

    document: Document
    reasons: list[str]
    doubts: int | None
    holder: User | None


@dataclass(frozen=True)
class QueuePage:
    """`managed`: whether the person may assign some of it."""

    rows: list[QueueRow]
    total: int
    figures: ReviewFigures
    filters: QueueFilters
    teams: list[Team]
    tags: list[str]
    people: list[User]
    managed: bool
    query: str


def build_queue_page(request: HttpRequest, user: User) -> QueuePage:
    """A constant number of queries."""
    filters = read_filters(request.GET)
    queue = queue_of(user, filters)
    shown = queue.select_related("team", "assigned_to", "review_lease_by", "reviewed_by")
    documents = list(shown.order_by(*LEAST_TRUSTED_FIRST)[:PER_PAGE])
    doubts = count_open(documents)
    teams = list(teams_where(user, Ability.DECIDE).order_by("name"))
    tags = Tag.objects.filter(team__in=[team.id for team in teams]).order_by("name")
    people = User.objects.filter(
        memberships__team__in=[team.id for team in teams],
        memberships__role__in=("reviewer", "manager"),
        is_active=True,
    )
    figures = review_figures(documents_of(user), start_of_today())
    if filters == QueueFilters():
        total = figures.left  # counted once
    else:
        total = queue.count() if len(documents) == PER_PAGE else len(documents)
    return QueuePage(
        rows=[
            QueueRow(each, reasons_of(each), doubts.get(each.id), each.review_holder)
            for each in documents
        ],
        total=total,
        figures=figures,
        filters=filters,
        teams=teams,
        tags=list(dict.fromkeys(tags.values_list("name", flat=True)[:_MOST_CHOICES])),
        people=list(people.distinct().order_by("username")[:_MOST_CHOICES]),
        managed=may_somewhere(user, Ability.MANAGE),
        query=query_of(filters),
    )


def query_of(filters: QueueFilters) -> str:
    given = {
        "team": str(filters.team) if filters.team else "",
        "tag": filters.tag,
        "reason": filters.reason,
        "days": str(filters.days or ""),
        "assignee": filters.assignee,
        "state": filters.state,
    }
    return urlencode({name: value for name, value in given.items() if value})


#: For the filters' menus.
ASSIGNEES = ((ME, _("me")), (NOBODY, _("nobody")))
STATES = ((WAITING, _("waiting")), (POSTPONED, _("postponed")), (TAKEN, _("in review now")))
