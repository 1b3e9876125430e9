"""The audit, for managers: who saw, changed, downloaded and deleted what."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.export_audit import export_audit
from documents.audit.export import iterate_csv
from documents.audit.find import AuditFilter, find_entries
from documents.models import AuditEntry, AuditKind, Team, User
from documents.text.timestamps import iso_time, parse_iso_time
from documents.web.guard import for_people, person
from documents.web.team import find_team

PER_PAGE = 50
#: People offered by name; every other name can be typed.
_MOST_NAMES = 200


class AuditForm(forms.Form):
    """The filters, as they stand in the address. What makes no sense filters nothing."""

    team = forms.UUIDField(required=False)
    kind = forms.ChoiceField(required=False, choices=AuditKind.choices)
    person = forms.CharField(required=False, max_length=150)
    document = forms.UUIDField(required=False)
    title = forms.CharField(required=False, max_length=200)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def read(self) -> AuditFilter:
        """Days are those of the reader's time zone; the last one is included."""
        self.is_valid()
        values: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        if "since" in values:
            values["since"] = _midnight(values["since"])
        if "until" in values:
            values["until"] = _midnight(values["until"] + datetime.timedelta(days=1))
        return AuditFilter(**values)


@for_people
def audit_view(request: HttpRequest) -> HttpResponseBase:
    """`before`: where the page before ended, "time,id"."""
    user = person(request)
    teams = _list_teams(user)
    wanted = _for_one_team(user, teams, AuditForm(request.GET).read())
    entries = find_entries(user, wanted)
    end = _parse_end(request.GET.get("before", ""))
    if end is not None:
        moment, number = end
        entries = entries.filter(Q(at__lt=moment) | Q(at=moment, id__lt=number))
    found = list(entries[: PER_PAGE + 1])
    context = {
        "entries": found[:PER_PAGE],
        "older": _older(request.GET, found),
        "is_first": end is None,
        "teams": teams,
        "kinds": AuditKind.choices,
        "wanted": wanted,
        "values": request.GET,
        "people": _list_people(user),
        "is_filtered": replace(wanted, team=None) != AuditFilter(),
    }
    return render(request, "web/audit/audit.html", context)


@require_POST
@for_people
def export_view(request: HttpRequest) -> HttpResponseBase:
    """The same filters; a CSV file."""
    user = person(request)
    wanted = _for_one_team(user, _list_teams(user), AuditForm(request.POST).read())
    entries = export_audit(wanted, actor=user)
    day = timezone.localdate().isoformat()
    return StreamingHttpResponse(
        iterate_csv(entries),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit-{day}.csv"'},
    )


def _list_teams(user: User) -> list[Team]:
    """Those that they manage. Raises PermissionDenied where there are none."""
    teams = list(access.teams_where(user, Ability.MANAGE))
    if not teams and not user.is_superuser:
        raise PermissionDenied
    return teams


def _for_one_team(user: User, teams: list[Team], wanted: AuditFilter) -> AuditFilter:
    """Managers look at one team at a time, which an index answers; administrators at all."""
    if wanted.team is not None or user.is_superuser:
        return wanted
    own = find_team(user, teams, None)
    return replace(wanted, team=own.id if own else None)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _list_people(user: User) -> list[str]:
    people = access.people_known_to(user).order_by("username")
    return list(people.values_list("username", flat=True)[:_MOST_NAMES])


def _older(query: QueryDict, found: list[AuditEntry]) -> str:
    """The query of the next page, "" where there is none."""
    if len(found) <= PER_PAGE:
        return ""
    last = found[PER_PAGE - 1]
    kept = {name: value for name, value in query.items() if value and name != "before"}
    return urlencode({**kept, "before": f"{iso_time(last.at)},{last.pk}"})


def _parse_end(text: str) -> tuple[datetime.datetime, int] | None:
    moment, _, number = text.partition(",")
    try:
        parsed = parse_iso_time(moment)
        end = int(number)
    except ValueError:
        return None
    return None if timezone.is_naive(parsed) or abs(end) >= 2**63 else (parsed, end)


urlpatterns = [
    path("team/audit/", audit_view, name="audit"),
    path("team/audit/export/", export_view, name="audit-export"),
]
