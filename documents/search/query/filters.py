"""The filters of a search: their names and values, parsed once for the API and the search page.

A filter has a list of values. Parsed, a value is a string in one form, which JSON can hold and
`access_filter.build_scope` takes: ids, languages and checksums in lower case, times in ISO 8601
with their time zone (UTC if the value names none).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping

from django.utils.dateparse import parse_date, parse_datetime

from documents.engines.names import KNOWN_ENGINES
from documents.files.filetypes import ACCEPTED
from documents.messages import Message
from documents.models import OriginKind, ReviewStatus, Status
from documents.models.origin import NAME_LENGTH
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.text.language_codes import NO_LANGUAGE
from documents.text.validation import parse_uuid

#: Values of one filter, and characters of a tag's name and of an engine's version.
MAX_VALUES, MAX_TAG_LENGTH, VERSION_LENGTH = 100, 100, 100


class InvalidFilters(ValueError):
    """`problems`: what is wrong, by the name of the filter."""

    def __init__(self, problems: Mapping[str, list[Message]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(why)}" for name, why in problems.items()))
        self.problems = dict(problems)


#: How the values of each filter are parsed, by its name.
Filters = Mapping[str, Callable[[object], str]]


def parse_filters(
    given: Mapping[str, Iterable[object]], known: Filters | None = None
) -> dict[str, list[str]]:
    """`known`: FILTERS, or those of a list of documents.

    Raises InvalidFilters for names that are no filter and invalid values.
    """
    known = FILTERS if known is None else known
    filters, problems = _parse(given, known)
    problems |= {name: [Message("This is not a filter.")] for name in given if name not in known}
    if problems:
        raise InvalidFilters(problems)
    return filters


def parse_valid_filters(
    given: Mapping[str, Iterable[object]], known: Filters | None = None
) -> dict[str, list[str]]:
    """The valid filters in `given`; unknown names and invalid values are left out."""
    return _parse(given, FILTERS if known is None else known)[0]


def _parse(
    given: Mapping[str, Iterable[object]], known: Filters
) -> tuple[dict[str, list[str]], dict[str, list[Message]]]:
    filters: dict[str, list[str]] = {}
    problems: dict[str, list[Message]] = {}
    for name in known:
        for value in list(given.get(name, ()))[:MAX_VALUES]:
            try:
                filters.setdefault(name, []).append(known[name](value))
            except InvalidValue as error:
                problems.setdefault(name, []).append(error.message)
    return filters, problems


class InvalidValue(Exception):
    """What a value of a filter is not."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def one_of(choices: Iterable[str]) -> Callable[[object], str]:
    known = frozenset(choices)

    def parse(value: object) -> str:
        if value not in known:
            names = ", ".join(sorted(known))
            raise InvalidValue(Message("{value} is none of {names}.", value=value, names=names))
        return str(value)

    return parse


def matching(pattern: str, problem: Message) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if not re.fullmatch(pattern, str(value)):
            raise InvalidValue(problem)
        return str(value).lower()

    return parse


def text(most: int) -> Callable[[object], str]:
    """Any text of 1 to `most` characters."""

    def parse(value: object) -> str:
        if not str(value).strip() or len(str(value)) > most:
            raise InvalidValue(Message("This has 1 to {most} characters.", most=most))
        return str(value)

    return parse


def _share(value: object) -> str:
    try:
        share = float(str(value))
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise InvalidValue(Message("This is a number from 0 to 1."))
    return str(share)


def parse_id(value: object) -> str:
    id_ = parse_uuid(str(value))
    if id_ is None:
        raise InvalidValue(Message("This is not a UUID."))
    return str(id_)


def _tag(value: object) -> str:
    if not str(value).strip() or len(str(value)) > MAX_TAG_LENGTH:
        raise InvalidValue(Message("A tag has 1 to {most} characters.", most=MAX_TAG_LENGTH))
    return str(value)


def _moment(value: object) -> str:
    moment = value if isinstance(value, datetime.datetime) else _parse_moment(str(value))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.isoformat()


def _parse_moment(text: str) -> datetime.datetime:
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:  # in ISO 8601, but not in the calendar
        moment = day = None
    if moment is not None:
        return moment
    if day is None:
        raise InvalidValue(Message("Times and dates are in ISO 8601."))
    return datetime.datetime(day.year, day.month, day.day)


FILTERS: Filters = {
    "status": one_of(Status.values),
    "review_status": one_of(ReviewStatus.values),
    "team": parse_id,
    "tag": _tag,
    "language": matching(
        f"[A-Za-z]{{2}}|{NO_LANGUAGE}",
        Message("A language is named by two letters, such as ru or en."),
    ),
    "mime_type": one_of(kind.mime_type for kind in ACCEPTED),
    "sha256": matching("[0-9A-Fa-f]{64}", Message("A SHA-256 has 64 hexadecimal digits.")),
    "year": matching("[0-9]{4}", Message("A year has four digits.")),
    "created_after": _moment,
    "created_before": _moment,
    # What came in these documents, however deep; and with the documents themselves.
    "container": parse_id,
    "together": parse_id,
    # What read any of a document's pages: any of the engines in any of the versions.
    "engine": one_of(KNOWN_ENGINES),
    "engine_version": text(VERSION_LENGTH),
    "confidence_below": _share,
    "flag": one_of(FLAG_DESCRIPTIONS),
    "origin": one_of(kind for kind in OriginKind if kind),
    "origin_name": text(NAME_LENGTH),
}
