"""A team's throughput as small pictures: one bar a day, drawn on the server."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.audit.activity import Activity

#: px of the picture; each bar is followed by a gap.
HEIGHT, BAR, GAP = 44, 7, 3

_KINDS: tuple[tuple[str, str | Promise], ...] = (
    ("uploaded", _("Documents uploaded")),
    ("read", _("Documents read")),
    ("reviewed", _("Documents reviewed")),
)


@dataclass(frozen=True)
class Bar:
    """px from the top left. `number` of documents on `date`."""

    x: int
    y: int
    height: int
    date: datetime.date
    number: int


@dataclass(frozen=True)
class Chart:
    """`width`, `height`: px. `most`: what the highest bar stands for."""

    name: str
    label: str | Promise
    total: int
    most: int
    width: int
    bars: list[Bar]
    height: int = HEIGHT
    bar: int = BAR


def draw_bars(activity: Activity) -> list[Chart]:
    """One picture for each of uploaded, read, reviewed; each to its own scale."""
    return [_draw(activity, name, label) for name, label in _KINDS]


def _draw(activity: Activity, name: str, label: str | Promise) -> Chart:
    numbers = [getattr(day, name) for day in activity.days]
    most = max(numbers)
    bars = []
    for index, (day, number) in enumerate(zip(activity.days, numbers, strict=True)):
        # A day with anything at all shows, and one with nothing has a base line.
        height = max(3, round(number / most * HEIGHT)) if number else 1
        bars.append(Bar(index * (BAR + GAP), HEIGHT - height, height, day.date, number))
    return Chart(name, label, sum(numbers), most, len(bars) * (BAR + GAP) - GAP, bars)
