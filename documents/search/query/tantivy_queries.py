"""Building blocks of Tantivy queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Query

from documents.search.index.schema import get_schema

#: The score that an approved page gets in addition.
APPROVED_BONUS = 0.4

#: No number in the index is greater.
_MAX_NUMBER = 2**62

#: Fields with term frequencies.
_TEXT_FIELDS = ("body", "title")


def term(field_name: str, value: str | int) -> Query:
    option = "freq" if field_name in _TEXT_FIELDS else "basic"
    return Query.term_query(get_schema(), field_name, value, option)


def any_term(field_name: str, values: Iterable[str]) -> Query:
    return Query.term_set_query(get_schema(), field_name, list(values))


def phrase(field_name: str, stems: Sequence[str]) -> Query:
    return Query.phrase_query(get_schema(), field_name, list(stems))


def prefix(field_name: str, start: str) -> Query:
    return Query.regex_query(get_schema(), field_name, re.escape(start) + ".*")


def number_range(field_name: str, low: int | None, high: int | None) -> Query:
    """Both limits are included; None is no limit."""
    low, high = max(low or 0, 0), _MAX_NUMBER if high is None else min(high, _MAX_NUMBER)
    if high < low:
        return Query.empty_query()
    return without_score(Query.range_query(get_schema(), field_name, FieldType.Unsigned, low, high))


def number_below(field_name: str, limit: float) -> Query:
    """Of a field of floats: entries that have a value, less than `limit`."""
    return without_score(
        Query.range_query(
            get_schema(), field_name, FieldType.Float, None, limit, include_upper=False
        )
    )


def all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def any_document(document_ids: Sequence[uuid.UUID]) -> Query:
    """Restrict to these documents, without an effect on scores."""
    return without_score(any_term("document", [each.hex for each in document_ids]))


def boost(query: Query, weight: float) -> Query:
    return query if weight == 1.0 else Query.boost_query(query, weight)


def without_score(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def prefer_approved(query: Query) -> Query:
    """Rank approved pages before others that match as well."""
    approved = Query.const_score_query(term("review_status", "approved"), APPROVED_BONUS)
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, approved)])
