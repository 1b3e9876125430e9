"""The facets over a list: by what it can be filtered, as links, and the filters that are on."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from documents.access import teams_of, visible_to
from documents.files.filetypes import ACCEPTED
from documents.models import Document, OriginKind, ReviewStatus, Status, Tag, Team, User
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.text.language_codes import NO_LANGUAGE
from documents.web.list_query import ListQuery
from documents.web.list_rows import language_name

#: Values that a facet offers; typing finds the others.
MOST_VALUES = 60
#: Seconds for which the languages of the archive are taken as known: finding them reads every row.
LANGUAGES_KEPT = 300.0

Label = str | Promise


@dataclass(frozen=True)
class Option:
    label: Label
    url: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: Label
    icon: str
    options: list[Option]
    is_date: bool = False

    @property
    def is_chosen(self) -> bool:
        return any(option.chosen for option in self.options)


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `url` is the list without it."""

    facet: Label
    label: Label
    url: str


@dataclass(frozen=True)
class Facets:
    facets: list[Facet]
    chips: list[Chip]


def build_facets(user: User, query: ListQuery) -> Facets:
    """Four queries at most, whatever the list holds."""
    teams = list(teams_of(user)[:MOST_VALUES])
    facets = [facet for facet in _all_facets(user, query, teams) if facet.options or facet.is_date]
    labels = {facet.name: facet.label for facet in facets} | {"origin_name": _("Source")}
    chips = [
        Chip(facet.label, option.label, option.url)
        for facet in facets
        for option in facet.options
        if option.chosen and not facet.is_date
    ]
    return Facets(
        facets, [*chips, *_other_chips(user, query, labels, {chip.url for chip in chips})]
    )


def _all_facets(user: User, query: ListQuery, teams: list[Team]) -> Iterator[Facet]:
    def facet(name: str, label: Label, icon: str, values: Iterable[tuple[str, Label]]) -> Facet:
        options = [
            Option(text, query.toggle(name, value).url, query.has(name, value))
            for value, text in values
        ]
        return Facet(name, label, icon, options)

    yield facet("status", _("Status"), "clock", Status.choices)
    if not query.inbox:
        yield facet("review_status", _("Review"), "review", ReviewStatus.choices)
    flags = [(flag.name, flag.label) for flag in FLAG_DESCRIPTIONS.values()]
    yield facet("flag", _("Reason to look"), "flag", flags)
    if len(teams) > 1:
        yield facet("team", _("Team"), "team", [(str(team.id), team.name) for team in teams])
    yield facet("tag", _("Tag"), "tag", _tags(user, query))
    yield facet("language", _("Language"), "language", _languages(query))
    yield facet(
        "mime_type", _("Type"), "document", [(kind.mime_type, kind.name) for kind in ACCEPTED]
    )
    yield Facet("date", _("Date"), "history", list(_dates(query)), is_date=True)
    kinds = [(kind.value, kind.label) for kind in OriginKind if kind]
    yield facet("origin", _("Came by"), "upload", kinds)
    yield facet("owner", _("Uploaded by"), "user", _owners(user, teams))


def _tags(user: User, query: ListQuery) -> list[tuple[str, Label]]:
    # Tags of several teams with one name are one filter.
    names = (
        Tag.objects.filter(team__in=teams_of(user)).order_by("name").values_list("name", flat=True)
    )
    found = list(dict.fromkeys(names.distinct()[:MOST_VALUES]))
    return [(name, name) for name in dict.fromkeys([*query.filters.get("tag", ()), *found])]


def _owners(user: User, teams: list[Team]) -> list[tuple[str, Label]]:
    members = User.objects.filter(memberships__team__in=teams).order_by("username").distinct()
    found: list[tuple[str, Label]] = [
        (each.username, each.display_name) for each in members[:MOST_VALUES]
    ]
    return found if len(found) > 1 else []


_known_languages: tuple[float, list[str]] = (-LANGUAGES_KEPT, [])


def _languages(query: ListQuery) -> list[tuple[str, Label]]:
    global _known_languages
    found_at, codes = _known_languages
    if time.monotonic() - found_at > LANGUAGES_KEPT:
        rows = Document.objects.exclude(language="").order_by("language")
        codes = list(rows.values_list("language", flat=True).distinct()[:MOST_VALUES])
        _known_languages = (time.monotonic(), codes)
    wanted = dict.fromkeys([*query.filters.get("language", ()), *codes])
    return [(code, language_name(code)) for code in dict.fromkeys([*wanted, NO_LANGUAGE])]


def _dates(query: ListQuery) -> Iterator[Option]:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    day = datetime.timedelta(days=1)
    yield _span(query, _("Today"), today)
    yield _span(query, _("Yesterday"), today - day, today)
    yield _span(query, _("Last 7 days"), today - 6 * day)
    yield _span(query, _("Last 30 days"), today - 29 * day)


def _span(
    query: ListQuery,
    label: Label,
    since: datetime.datetime,
    until: datetime.datetime | None = None,
) -> Option:
    """What was uploaded from `since` on and before `until`; chosen once more, it goes."""
    after, before = [since.isoformat()], [until.isoformat()] if until else []
    chosen = (
        list(query.filters.get("created_after", ())) == after
        and list(query.filters.get("created_before", ())) == before
    )
    if chosen:
        after, before = [], []
    return Option(
        label, query.only("created_before", *before).only("created_after", *after).url, chosen
    )


#: In the reader's language.
_GROUPS = {"container": lambda: _("Came in"), "together": lambda: _("Came together")}


def _title(user: User, document_id: str) -> str:
    document = visible_to(user).filter(id=document_id).first()
    return document.title if document else document_id


def _other_chips(
    user: User, query: ListQuery, labels: dict[str, Label], shown: set[str]
) -> Iterator[Chip]:
    """Of filters that no option stands for: a time, the words, what an address alone can say."""
    for name, values in query.filters.items():
        for value in values:
            url = query.toggle(name, value).url
            if url in shown:
                continue
            if name in ("created_after", "created_before"):
                moment = timezone.localtime(datetime.datetime.fromisoformat(value))
                if name == "created_before":
                    moment -= datetime.timedelta(seconds=1)
                facet = _("From") if name == "created_after" else _("Until")
                yield Chip(facet, date_format(moment, "SHORT_DATE_FORMAT"), url)
            elif name == "q":
                yield Chip(_("Words"), value, url)
            elif name in ("container", "together"):
                yield Chip(_GROUPS[name](), _title(user, value), url)
            elif name != "trashed":
                yield Chip(labels.get(name, name.replace("_", " ")), value, url)
