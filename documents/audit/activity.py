"""What a team has done: uploaded, read and reviewed, by day and by person."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from documents.models import AuditEntry, Document, Status, Team
from documents.models.event import EventKind

DAYS = 30

_REVIEWED = (EventKind.APPROVED, EventKind.REJECTED)


@dataclass
class Day:
    """Numbers of documents; `pages` were read in them."""

    date: datetime.date
    uploaded: int = 0
    read: int = 0
    pages: int = 0
    reviewed: int = 0


@dataclass
class Person:
    """What one member did in the time. `corrected` counts pages."""

    name: str
    uploaded: int = 0
    reviewed: int = 0
    corrected: int = 0


@dataclass
class Activity:
    days: list[Day]
    people: list[Person] = field(default_factory=list)

    @property
    def total(self) -> Day:
        return Day(
            self.days[-1].date,
            *(sum(getattr(day, name) for day in self.days)
              for name in ("uploaded", "read", "pages", "reviewed")),
        )  # fmt: skip


def measure_activity(team: Team, days: int = DAYS) -> Activity:
    """Of the last `days` days, today included, in the active time zone: three queries."""
    today = timezone.localdate()
    first = today - datetime.timedelta(days=days - 1)
    since = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    found = {
        first + datetime.timedelta(days=n): Day(first + datetime.timedelta(days=n))
        for n in range(days)
    }
    people: dict[str, Counter[str]] = defaultdict(Counter)
    documents = Document.objects.filter(team=team).order_by()

    uploads = _by_day(documents.filter(created_at__gte=since), "created_at", "created_by__username")
    for row in uploads.annotate(number=Count("id")):
        _add(found, row["day"], "uploaded", row["number"])
        people[row["created_by__username"]]["uploaded"] += row["number"]
    read = _by_day(
        documents.filter(finished_at__gte=since, status__in=(Status.READY, Status.PARTIAL)),
        "finished_at",
    )
    for row in read.annotate(number=Count("id"), pages=Sum("pages_done")):
        _add(found, row["day"], "read", row["number"])
        _add(found, row["day"], "pages", row["pages"] or 0)
    deeds = AuditEntry.objects.filter(
        team=team, kind="changed", at__gte=since, what__in=(*_REVIEWED, EventKind.CORRECTED)
    ).order_by()
    for row in _by_day(deeds, "at", "username", "what").annotate(number=Count("id")):
        if row["what"] in _REVIEWED:
            _add(found, row["day"], "reviewed", row["number"])
            people[row["username"]]["reviewed"] += row["number"]
        else:
            people[row["username"]]["corrected"] += row["number"]
    return Activity(list(found.values()), _sort(people))


def _by_day(rows: Any, moment: str, *others: str) -> Any:
    """A QuerySet of dicts, one a group."""
    return rows.annotate(day=TruncDate(moment)).values("day", *others)


def _add(days: dict[datetime.date, Day], date: datetime.date, name: str, number: int) -> None:
    day = days.get(date)
    if day is not None:  # the clock may have passed midnight meanwhile
        setattr(day, name, getattr(day, name) + number)


def _sort(people: dict[str, Counter[str]]) -> list[Person]:
    """The busiest first. What programs without an account did has no name and is left out."""
    named: Iterable[Person] = (
        Person(name, counts["uploaded"], counts["reviewed"], counts["corrected"])
        for name, counts in people.items()
        if name
    )
    return sorted(
        named,
        key=lambda person: (-person.uploaded - person.reviewed - person.corrected, person.name),
    )
