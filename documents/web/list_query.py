"""What a list of documents shows, as its address says it: filters, order, layout, place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from documents.search.query.document_filters import IN_TRASH, INBOX, LIST_FILTERS
from documents.search.query.filters import parse_valid_filters

LAYOUTS = ("list", "grid", "split")
NEWEST_FIRST = "-created_at"
ORDERINGS = (NEWEST_FIRST, "created_at", "title", "-title")
PAGE_SIZE = 50
#: Rows that one answer may have: a list that was scrolled down is loaded again as a whole.
MOST_ROWS = 500


@dataclass(frozen=True)
class ListQuery:
    """`filters`: by the names of LIST_FILTERS, without `box`. `inbox`: the list is the inbox.
    `cursor`: where the page begins, "" for the beginning."""

    path: str
    filters: Mapping[str, Sequence[str]]
    inbox: bool = False
    ordering: str = NEWEST_FIRST
    layout: str = LAYOUTS[0]
    cursor: str = ""
    size: int = PAGE_SIZE

    @classmethod
    def parse(cls, path: str, query: QueryDict, *, inbox: bool, layout: str = "") -> ListQuery:
        """What is no filter or no value of one is left out. `layout`: where the address names
        none."""
        filters = parse_valid_filters({**dict(query.lists()), **_parse_days(query)}, LIST_FILTERS)
        filters.pop("box", None)
        given = query.get("layout", layout)
        ordering = query.get("ordering", NEWEST_FIRST)
        return cls(
            path=path,
            filters=filters,
            inbox=inbox,
            ordering=ordering if ordering in ORDERINGS else NEWEST_FIRST,
            layout=given if given in LAYOUTS else LAYOUTS[0],
            cursor=query.get("cursor", ""),
            size=_parse_size(query.get("size", "")),
        )

    @property
    def all_filters(self) -> dict[str, list[str]]:
        """With the inbox as one of them: what the list selects."""
        box = {"box": [INBOX]} if self.inbox else {}
        return {**{name: list(values) for name, values in self.filters.items()}, **box}

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters)

    @property
    def url(self) -> str:
        given: dict[str, object] = dict(self.filters)
        if self.inbox and self.path != reverse("web:inbox"):
            given["box"] = INBOX
        if self.ordering != NEWEST_FIRST:
            given["ordering"] = self.ordering
        if self.cursor:
            given["cursor"] = self.cursor
        query = urlencode(given, doseq=True)
        return f"{self.path}?{query}" if query else self.path

    @property
    def selection(self) -> str:
        """The query that names every document of the list, for changes of all of them."""
        order = {} if self.ordering == NEWEST_FIRST else {"ordering": self.ordering}
        return urlencode({**self.all_filters, **order}, doseq=True)

    @property
    def is_trash(self) -> bool:
        return self.has("trashed", IN_TRASH)

    def in_layout(self, layout: str) -> str:
        """The address of the list in another layout, which is remembered."""
        return f"{self.url}{'&' if '?' in self.url else '?'}layout={layout}"

    def at(self, cursor: str) -> ListQuery:
        return replace(self, cursor=cursor)

    def ordered(self, ordering: str) -> ListQuery:
        return replace(self, ordering=ordering, cursor="")

    def without_filters(self) -> ListQuery:
        return replace(self, filters={}, cursor="")

    def has(self, name: str, value: str) -> bool:
        return value in self.filters.get(name, ())

    def toggle(self, name: str, value: str) -> ListQuery:
        """With the value where it is missing, else without."""
        values = [each for each in self.filters.get(name, ()) if each != value]
        if not self.has(name, value):
            values.append(value)
        return self._with(name, values)

    def only(self, name: str, *values: str) -> ListQuery:
        """With these values alone; without the filter where there are none."""
        return self._with(name, list(values))

    def _with(self, name: str, values: list[str]) -> ListQuery:
        kept = {each: found for each, found in self.filters.items() if each != name}
        return replace(self, filters={**kept, name: values} if values else kept, cursor="")


def _parse_days(query: QueryDict) -> dict[str, list[object]]:
    """`from` and `to`, days of the person's own zone and both included, as the filters of times."""
    days: dict[str, list[object]] = {}
    for name, filter_name, more in (("from", "created_after", 0), ("to", "created_before", 1)):
        try:
            day = datetime.date.fromisoformat(query.get(name, ""))
            day += datetime.timedelta(days=more)
        except (ValueError, OverflowError):
            continue
        midnight = datetime.datetime(day.year, day.month, day.day)
        days[filter_name] = [timezone.make_aware(midnight)]
    return days


def _parse_size(text: str) -> int:
    return min(max(int(text), 1), MOST_ROWS) if text.isascii() and text.isdigit() else PAGE_SIZE
