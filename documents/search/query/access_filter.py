"""Who asks, and among what: the part of a query that nobody types."""

from __future__ import annotations

import datetime
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from tantivy import Occur, Query

from documents.access import teams_of
from documents.files.filetypes import ACCEPTED
from documents.models import ReviewStatus, Status, Team, User
from documents.search.query.tantivy_queries import any_of, between, term, terms, unscored

#: Filters by their names at the API, and the index's fields; several values of one: any of them.
FIELDS = {
    "status": "status",
    "review_status": "review_status",
    "language": "language",
    "mime_type": "type",
    "sha256": "sha256",
    "year": "year",
}


@dataclass(frozen=True)
class Scope:
    """`teams`: those that are searched, as in the index; None for all there are. `names`: what
    team:, status: and type: may say."""

    teams: frozenset[str] | None
    names: Mapping[str, Mapping[str, Sequence[str]]]
    filters: tuple[Query, ...] = field(default=())

    def within(self, query: Query) -> Query:
        """The query, of what may be seen and was asked for only."""
        limits = list(self.filters)
        if self.teams is not None:
            limits.append(unscored(terms("team", sorted(self.teams))))
        if not limits:
            return query
        return Query.boolean_query([(Occur.Must, part) for part in (query, *limits)])


def scope_of(user: User, wanted: Mapping[str, Sequence[object]] | None = None) -> Scope:
    """`wanted`: by filter, its values: those of FIELDS, `team` (ids), `tag` (each must be met),
    `created_after` (included) and `created_before` (not included), one moment each: a datetime, or
    in ISO 8601. Raises ValueError for what is no id or moment."""
    teams = {team.id: team.name for team in teams_of(user)}
    return _scope(teams, wanted or {}, everything=user.is_superuser)


def scope_of_team(team: Team, wanted: Mapping[str, Sequence[object]] | None = None) -> Scope:
    """What the team may see, whoever is in it. `wanted` as above."""
    return _scope({team.id: team.name}, wanted or {})


def _scope(
    teams: Mapping[uuid.UUID, str],
    wanted: Mapping[str, Sequence[object]],
    *,
    everything: bool = False,
) -> Scope:
    """`everything`: what is in no team of these can be seen as well."""
    chosen = None if everything else frozenset(team.hex for team in teams)
    if "team" in wanted:
        asked = {uuid.UUID(str(team)).hex for team in wanted["team"]}
        chosen = frozenset(asked & {team.hex for team in teams})
    filters = [
        unscored(terms(FIELDS[name], [str(value) for value in values]))
        for name, values in wanted.items()
        if name in FIELDS and values
    ]
    filters += [unscored(term("folded_tag", _tag(tag))) for tag in wanted.get("tag", ())]
    after, before = (_moment(wanted.get(f"created_{name}")) for name in ("after", "before"))
    if after is not None or before is not None:
        # The index has whole seconds.
        high = None if before is None else math.ceil(before) - 1
        filters.append(between("created", None if after is None else int(after), high))
    return Scope(chosen, _names(teams), tuple(filters))


def _moment(said: Sequence[object] | None) -> float | None:
    """Seconds since 1970; what names no time zone is in UTC."""
    if not said:
        return None
    moment = said[0]
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromisoformat(str(moment))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp()


def _tag(name: object) -> str:
    return " ".join(str(name).split()).casefold()


def _names(teams: Mapping[uuid.UUID, str]) -> dict[str, dict[str, list[str]]]:
    by_name: dict[str, list[str]] = {}
    for team_id, name in teams.items():
        for said in (name.casefold(), str(team_id), team_id.hex):
            by_name.setdefault(said, ["team"]).append(team_id.hex)
    types: dict[str, list[str]] = {}
    for kind in ACCEPTED:
        for said in (kind.mime_type, *(suffix.lstrip(".") for suffix in kind.suffixes)):
            types.setdefault(said, ["type"]).append(kind.mime_type)
    return {"team": by_name, "status": _statuses(), "type": types}


@lru_cache(maxsize=1)
def _statuses() -> dict[str, list[str]]:
    """By their names in every language of the site: a question that is kept in one is asked again
    by a process that speaks another."""
    statuses: dict[str, list[str]] = {}
    for choices, name in ((Status, "status"), (ReviewStatus, "review_status")):
        statuses |= {value: [name, value] for value in choices.values}
        for language, _ in settings.LANGUAGES:
            with translation.override(language):
                labels = {str(label).casefold(): value for value, label in choices.choices}
            statuses |= {label: [name, value] for label, value in labels.items()}
    return statuses


def any_document(ids: Sequence[uuid.UUID]) -> Query:
    return unscored(any_of([terms("document", [each.hex for each in ids])]))
