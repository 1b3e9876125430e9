"""How the review goes: what is left, what was done today, how long a document takes."""

from __future__ import annotations

import datetime
import statistics
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from documents.models import User
from documents.models.document import DocumentQuerySet
from documents.review.queue import is_leased, is_postponed

#: Decisions of a day that are looked at; a team of 20 makes as many.
_MOST_DECISIONS = 10_000


@dataclass(frozen=True)
class PersonFigures:
    """`seconds`: the median time of a document, None where it is not known."""

    person: User | None
    done: int
    seconds: int | None


@dataclass(frozen=True)
class ReviewFigures:
    left: int
    postponed: int
    taken: int
    done: int
    seconds: int | None
    people: list[PersonFigures]


def start_of_today() -> datetime.datetime:
    """Midnight, in the time zone of the person who asks."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def review_figures(documents: DocumentQuerySet, since: datetime.datetime) -> ReviewFigures:
    """Of `documents` (of the teams that count; none in the trash) since a time. Three queries."""
    queue = documents.to_review()
    counts = queue.order_by().aggregate(
        left=Count("id", filter=~is_postponed()),
        postponed=Count("id", filter=is_postponed()),
        taken=Count("id", filter=is_leased()),
    )
    decided = list(
        documents.filter(reviewed_at__gte=since)
        .order_by("-reviewed_at")
        .values_list("reviewed_by", "review_seconds")[:_MOST_DECISIONS]
    )
    by_person: dict[int | None, list[int | None]] = {}
    for person, seconds in decided:
        by_person.setdefault(person, []).append(seconds)
    users = User.objects.in_bulk([person for person in by_person if person is not None])
    people = [
        PersonFigures(users.get(person or 0), len(each), _median(each))
        for person, each in by_person.items()
    ]
    people.sort(key=lambda figures: -figures.done)
    return ReviewFigures(
        **counts,
        done=len(decided),
        seconds=_median([seconds for _, seconds in decided]),
        people=people,
    )


def _median(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known)) if known else None
