"""What queries of the index are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Query

from documents.search.index.schema import schema

#: How much more an approved page weighs.
APPROVED = 0.4

#: No number in the index is greater.
_GREATEST = 2**62

#: Fields of which it is known how often an entry has a term.
_TEXT = ("body", "title")


def term(field_name: str, value: str | int) -> Query:
    return Query.term_query(schema(), field_name, value, "freq" if field_name in _TEXT else "basic")


def terms(field_name: str, values: Iterable[str]) -> Query:
    return Query.term_set_query(schema(), field_name, list(values))


def all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def ranked(query: Query) -> Query:
    """Approved pages before others that answer as well."""
    approved = Query.const_score_query(term("review_status", "approved"), APPROVED)
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, approved)])


def between(field_name: str, low: int | None, high: int | None) -> Query:
    """Both are included; None, and what no number of the index reaches, is no limit."""
    low, high = max(low or 0, 0), _GREATEST if high is None else min(high, _GREATEST)
    if high < low:
        return Query.empty_query()
    return unscored(Query.range_query(schema(), field_name, FieldType.Unsigned, low, high))


def phrase(field_name: str, stems: Sequence[str]) -> Query:
    return Query.phrase_query(schema(), field_name, list(stems))


def begins(field_name: str, beginning: str) -> Query:
    return Query.regex_query(schema(), field_name, re.escape(beginning) + ".*")


def weighted(query: Query, weight: float) -> Query:
    return query if weight == 1.0 else Query.boost_query(query, weight)
