"""The filters of a search: their names and values, parsed once for the API and the search page.

A filter has a list of values. Parsed, a value is a string in one form, which JSON can hold and
`access_filter.build_scope` takes: ids, languages and checksums in lower case, times in ISO 8601
with their time zone (UTC if the value names none).
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterable, Mapping

from django.utils.dateparse import parse_date, parse_datetime

from documents.files.filetypes import ACCEPTED
from documents.models import ReviewStatus, Status

#: Values of one filter, and characters of a tag's name.
MAX_VALUES, MAX_TAG_LENGTH = 100, 100


class InvalidFilters(ValueError):
    """`problems`: what is wrong, by the name of the filter. In English, for developers."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(why)}" for name, why in problems.items()))
        self.problems = dict(problems)


def parse_filters(given: Mapping[str, Iterable[object]]) -> dict[str, list[str]]:
    """Raises InvalidFilters for names that are no filter and invalid values."""
    filters, problems = _parse(given)
    problems |= {name: ["This is no filter."] for name in given if name not in FILTERS}
    if problems:
        raise InvalidFilters(problems)
    return filters


def parse_valid_filters(given: Mapping[str, Iterable[object]]) -> dict[str, list[str]]:
    """The valid filters in `given`; unknown names and invalid values are left out."""
    return _parse(given)[0]


def _parse(
    given: Mapping[str, Iterable[object]],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    filters: dict[str, list[str]] = {}
    problems: dict[str, list[str]] = {}
    for name in FILTERS:
        for value in list(given.get(name, ()))[:MAX_VALUES]:
            try:
                filters.setdefault(name, []).append(FILTERS[name](value))
            except ValueError as error:
                problems.setdefault(name, []).append(str(error))
    return filters, problems


def _one_of(choices: Iterable[str]) -> Callable[[object], str]:
    known = frozenset(choices)

    def parse(value: object) -> str:
        if value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(sorted(known))}.")
        return str(value)

    return parse


def _matching(pattern: str, what: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if not re.fullmatch(pattern, str(value)):
            raise ValueError(f"{value!r} is not {what}.")
        return str(value).lower()

    return parse


def _id(value: object) -> str:
    return str(uuid.UUID(str(value)))


def _tag(value: object) -> str:
    if not str(value).strip() or len(str(value)) > MAX_TAG_LENGTH:
        raise ValueError(f"A tag has 1 to {MAX_TAG_LENGTH} characters.")
    return str(value)


def _moment(value: object) -> str:
    moment = value if isinstance(value, datetime.datetime) else _parse_moment(str(value))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.isoformat()


def _parse_moment(text: str) -> datetime.datetime:
    moment = parse_datetime(text)
    if moment is not None:
        return moment
    day = parse_date(text)
    if day is None:
        raise ValueError(f"{text!r} is neither a time nor a date in ISO 8601.")
    return datetime.datetime(day.year, day.month, day.day)


FILTERS: Mapping[str, Callable[[object], str]] = {
    "status": _one_of(Status.values),
    "review_status": _one_of(ReviewStatus.values),
    "team": _id,
    "tag": _tag,
    "language": _matching("[A-Za-z]{2}", "an ISO 639-1 code of two letters, such as ru or en"),
    "mime_type": _one_of(kind.mime_type for kind in ACCEPTED),
    "sha256": _matching("[0-9A-Fa-f]{64}", "a SHA-256 of 64 hexadecimal digits"),
    "year": _matching("[0-9]{4}", "a year of four digits"),
    "created_after": _moment,
    "created_before": _moment,
}
