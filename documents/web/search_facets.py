"""The facets of the search page: ways to narrow a search down, and to widen it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.access import teams_of, visible_to
from documents.files.filetypes import ACCEPTED
from documents.http.engines import engine_name
from documents.models import OriginKind, ReviewStatus, Status
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.search.query.results import SearchRequest, SearchResults
from documents.web.guard import person
from documents.web.list_rows import language_name
from documents.web.search_form import FACET_FILTERS, change_query

_LABELS: Mapping[str, str | Promise] = {
    "team": _("Team"),
    "tag": _("Tag"),
    "type": _("File type"),
    "year": _("Year"),
    "status": _("Status"),
    "review_status": _("Review"),
    "language": _("Language"),
    "flag": _("Reason to look"),
    "engine": _("Read by"),
    "origin": _("Came by"),
}
#: Further filters, which a search that was saved through the API may have.
_OTHER_LABELS: Mapping[str, str | Promise] = {
    "created_after": _("Uploaded from"),
    "created_before": _("Uploaded before"),
    "sha256": "SHA-256",
    "container": _("Came in"),
    "together": _("Came together"),
    "engine_version": _("Engine version"),
    "confidence_below": _("Confidence below"),
    "origin_name": _("Source"),
}


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: its name, how many pages have it, and the address that chooses it, or
    removes it where it is chosen."""

    name: str
    count: int | None
    url: str


@dataclass(frozen=True)
class Facet:
    """`values`: those to choose from, the commonest first; `chosen`: those that are."""

    name: str
    label: str | Promise
    values: list[FacetValue]
    chosen: list[FacetValue]


def facets_of(request: HttpRequest, search: SearchRequest, found: SearchResults) -> list[Facet]:
    """Every facet with a choice, and every filter that is chosen."""
    names = _value_names(request, search, found)
    facets: list[Facet] = []
    for facet, filter_name in FACET_FILTERS.items():
        chosen = _chosen_values(
            request, filter_name, search.filters.get(filter_name, ()), names[facet]
        )
        values = [
            FacetValue(
                name=str(names[facet].get(value, value)),
                count=count,
                url=change_query(request, p=None, **{filter_name: value}),
            )
            for value, count in found.facets.get(facet, [])
        ]
        if chosen or len(values) > 1:
            facets.append(Facet(facet, _LABELS[facet], [] if chosen else values, chosen))
    facets += [
        Facet(
            name,
            label,
            [],
            _chosen_values(request, name, search.filters[name], _titles(request, name, search)),
        )
        for name, label in _OTHER_LABELS.items()
        if name in search.filters
    ]
    return facets


def _titles(request: HttpRequest, name: str, search: SearchRequest) -> dict[str, str]:
    """The titles of the documents that a filter names."""
    if name not in ("container", "together"):
        return {}
    documents = visible_to(person(request)).filter(id__in=search.filters[name])
    return {str(id_): title for id_, title in documents.values_list("id", "title")}


def _chosen_values(
    request: HttpRequest, filter_name: str, chosen: Sequence[str], names: Mapping[str, Any]
) -> list[FacetValue]:
    """Each of the values, with the address of the search without it."""
    return [
        FacetValue(
            name=str(names.get(value, value)),
            count=None,
            url=change_query(
                request, p=None, **{filter_name: [each for each in chosen if each != value]}
            ),
        )
        for value in chosen
    ]


def _value_names(
    request: HttpRequest, search: SearchRequest, found: SearchResults
) -> Mapping[str, Mapping[str, Any]]:
    """What people call the values, by facet."""
    counted = (code for code, _count in found.facets.get("language", []))
    languages = [*counted, *search.filters.get("language", ())]
    engines = [engine for engine, _count in found.facets.get("engine", [])]
    engines += search.filters.get("engine", ())
    return {
        "team": {str(team.id): team.name for team in teams_of(person(request))},
        "tag": {},
        "year": {},
        "type": {kind.mime_type: kind.name for kind in ACCEPTED},
        "status": dict(Status.choices),
        "review_status": dict(ReviewStatus.choices),
        "language": {code: language_name(code) for code in languages},
        "flag": {flag.name: flag.label for flag in FLAG_DESCRIPTIONS.values()},
        "engine": {engine: engine_name(engine) for engine in engines},
        "origin": dict(OriginKind.choices),
    }
