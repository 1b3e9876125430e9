"""Count the values of facets among the entries that match a query."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tantivy import Query

from documents.search.index.index_reader import IndexSnapshot

#: Facets by name, and the fields that they count.
FACET_FIELDS = {
    "team": "team",
    "tag": "tag",
    "type": "type",
    "year": "year",
    "status": "status",
    "review_status": "review_status",
    "language": "language",
    "engine": "engine",
    "engine_version": "engine_version",
    "flag": "flag",
    "origin": "origin",
}
#: Values of one facet.
MAX_VALUES = 20


def count_facets(
    snapshot: IndexSnapshot, query: Query, names: Sequence[str]
) -> dict[str, list[tuple[str, int]]]:
    """Return the commonest values of each facet with their numbers of entries."""
    if not names:
        return {}
    aggregation = {
        name: {"terms": {"field": FACET_FIELDS[name], "size": MAX_VALUES}} for name in names
    }
    counted = snapshot.aggregate(query, aggregation)
    return {
        name: sorted(
            (
                (_format_value(name, bucket["key"]), int(bucket["doc_count"]))
                for bucket in counted[name]["buckets"]
            ),
            key=lambda value: (-value[1], value[0]),
        )
        for name in names
    }


def _format_value(facet: str, key: object) -> str:
    """The value as the filter of that name takes it."""
    return str(uuid.UUID(str(key))) if facet == "team" else str(key)
