"""The part of a query that is not typed: what the user may see, and the filters."""

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

from documents.access import sees_everything, teams_of
from documents.files.filetypes import ACCEPTED
from documents.models import ReviewStatus, Status, Team, User
from documents.models.engines_field import name_reader
from documents.models.member import find_group
from documents.search.query.tantivy_queries import (
    any_document,
    any_term,
    number_below,
    number_range,
    term,
    without_score,
)

#: Filters by their names in the API, and the index's fields; of several values, any may match.
FILTER_FIELDS = {
    "status": "status",
    "review_status": "review_status",
    "language": "language",
    "mime_type": "type",
    "sha256": "sha256",
    "year": "year",
    "flag": "flag",
    "origin": "origin",
    "origin_name": "origin_name",
}

#: For the conditions team:, status: and type:, a field and its terms by each name (small letters)
#: that people may type: {"team": {"main": ["team", "0b1e..."]}}.
ConditionNames = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Scope:
    """`teams`: the ids (hex) of the teams that are searched; None for all."""

    teams: frozenset[str] | None
    names: ConditionNames
    filters: tuple[Query, ...] = field(default=())

    def restrict(self, query: Query) -> Query:
        """Restrict a query to what the user may see and to the filters."""
        limits = list(self.filters)
        if self.teams is not None:
            limits.append(without_score(any_term("team", sorted(self.teams))))
        if not limits:
            return query
        return Query.boolean_query([(Occur.Must, part) for part in (query, *limits)])


def build_scope(user: User, filters: Mapping[str, Sequence[object]] | None = None) -> Scope:
    """The scope of a user's search.

    `filters`: values by name: those of FILTER_FIELDS, `team` (ids), `tag` (all must match),
    `container` and `together` (ids: what came in them, without and with them), `engine` and
    `engine_version` (as `engines_field.read_by`), `confidence_below` (one number, excluded),
    `created_after` (included) and `created_before` (excluded), one datetime or ISO 8601 string
    each. Raises ValueError for an invalid id, number or time.
    """
    teams = {team.id: team.name for team in teams_of(user)}
    return _build(teams, filters or {}, all_teams=sees_everything(user))


def build_team_scope(team: Team, filters: Mapping[str, Sequence[object]] | None = None) -> Scope:
    """The scope of a team's own search, regardless of its members. `filters` as above."""
    return _build({team.id: team.name}, filters or {})


def _build(
    teams: Mapping[uuid.UUID, str],
    filters: Mapping[str, Sequence[object]],
    *,
    all_teams: bool = False,
) -> Scope:
    """`all_teams`: documents of other teams are visible as well."""
    searched = None if all_teams else frozenset(team.hex for team in teams)
    if "team" in filters:
        requested = {uuid.UUID(str(team)).hex for team in filters["team"]}
        searched = frozenset(requested & {team.hex for team in teams})
    queries = [
        without_score(any_term(FILTER_FIELDS[name], [str(value) for value in values]))
        for name, values in filters.items()
        if name in FILTER_FIELDS and values
    ]
    queries += [
        without_score(term("folded_tag", normalise_tag(tag))) for tag in filters.get("tag", ())
    ]
    for name in ("container", "together"):
        if filters.get(name):
            within = find_group(map(str, filters[name]), whole=name == "together")
            queries.append(any_document(within) if within else Query.empty_query())
    engines, versions = (
        [str(value) for value in filters.get(name, ())] for name in ("engine", "engine_version")
    )
    if engines or versions:
        readers = [name_reader(e, v) for e in engines or [""] for v in versions or [""]]
        queries.append(without_score(any_term("read_by", readers)))
    if filters.get("confidence_below"):
        queries.append(number_below("confidence", float(str(filters["confidence_below"][0]))))
    after, before = (_parse_time(filters.get(f"created_{name}")) for name in ("after", "before"))
    if after is not None or before is not None:
        # The index has whole seconds.
        high = None if before is None else math.ceil(before) - 1
        queries.append(number_range("created", None if after is None else int(after), high))
    return Scope(searched, _collect_names(teams), tuple(queries))


def normalise_tag(name: object) -> str:
    """The form of a tag's name that is compared: single spaces, small letters."""
    return " ".join(str(name).split()).casefold()


def _parse_time(values: Sequence[object] | None) -> float | None:
    """The first value in seconds since 1970; UTC unless it has a time zone."""
    if not values:
        return None
    moment = values[0]
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromisoformat(str(moment))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp()


def _collect_names(teams: Mapping[uuid.UUID, str]) -> ConditionNames:
    by_name: dict[str, list[str]] = {}
    for team_id, team_name in teams.items():
        for typed in (team_name.casefold(), str(team_id), team_id.hex):
            by_name.setdefault(typed, ["team"]).append(team_id.hex)
    types: dict[str, list[str]] = {}
    for kind in ACCEPTED:
        for typed in (kind.mime_type, *(suffix.lstrip(".") for suffix in kind.suffixes)):
            types.setdefault(typed, ["type"]).append(kind.mime_type)
    return {"team": by_name, "status": _collect_statuses(), "type": types}


@lru_cache(maxsize=1)
def _collect_statuses() -> dict[str, list[str]]:
    """By their names in every language of the site: a search saved in one language is run by a
    process that uses another."""
    statuses: dict[str, list[str]] = {}
    for choices, name in ((Status, "status"), (ReviewStatus, "review_status")):
        statuses |= {value: [name, value] for value in choices.values}
        for language, _ in settings.LANGUAGES:
            with translation.override(language):
                labels = {str(label).casefold(): value for value, label in choices.choices}
            statuses |= {label: [name, value] for label, value in labels.items()}
    return statuses
