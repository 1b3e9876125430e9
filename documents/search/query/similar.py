"""Documents that speak of the same, and scans of the same paper: offered, never merged."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tantivy import Occur, Query

from documents.access import visible_to
from documents.models import Document, User
from documents.search.index.reader import Opened, reader
from documents.search.index.schema import document_number, schema
from documents.search.query.access_filter import Scope, scope_of
from documents.search.query.tantivy_queries import term
from documents.search.text import analysis, fingerprint
from documents.search.text.page_text import SearchText

#: Pages of the document that are looked at; a copy is recognised by a few.
PAGES, PAGES_COMPARED = 20, 4
#: Words that tell most of it, and documents that are offered.
WORDS, MOST = 25, 5
#: Runs of three words shared, from which on two pages count as one paper. Two readings of one
#: page, each with every tenth word wrong, share 0.4.
SAME_PAPER = 0.35
#: Marks that must be shared before two pages are compared word by word, and pages compared.
_SHARED_MARKS, _CANDIDATES = 2, 10
_SHORTEST_WORD = 4


@dataclass(frozen=True)
class Alike:
    """`likeness`: of a copy the share of the text that both have (0 to 1), else a score that is
    good for an order only."""

    document: Document
    likeness: float


@dataclass(frozen=True)
class SimilarDocuments:
    """The most alike first. What is among `copies` is not among `similar`."""

    copies: list[Alike]
    similar: list[Alike]


def similar_to(user: User, document: Document) -> SimilarDocuments:
    """Of what `user` may see. Raises SearchUnavailable."""
    opened = reader().opened()
    scope = scope_of(user)
    pages = _pages(opened, document.id)
    stems = [analysis.extract_terms(page.text).stems for page in pages]
    copies = _copies(opened, scope, document.id, stems[:PAGES_COMPARED])
    near = _same_words(opened, scope, document.id, stems)
    shown = visible_to(user).filter(id__in=[*copies, *near], trashed_at=None)
    documents = {each.id: each for each in shown.select_related("team").order_by()}
    return SimilarDocuments(_known(copies, documents), _known(
        {each: score for each, score in near.items() if each not in copies}, documents
    ))  # fmt: skip


def _known(found: dict[uuid.UUID, float], documents: dict[uuid.UUID, Document]) -> list[Alike]:
    ordered = sorted(found.items(), key=lambda each: -each[1])
    alike = [
        Alike(documents[each], round(value, 3)) for each, value in ordered if each in documents
    ]
    return alike[:MOST]


def _pages(opened: Opened, document: uuid.UUID) -> list[SearchText]:
    query = Query.term_query(schema(), "document", document.hex, "basic")
    # The order of a document's pages is that of its numbers.
    hits, _ = opened.search(query, PAGES, count=False, order_by_field="order")
    return [opened.entry(address)[1] for _, address in hits]


def _others(document: uuid.UUID, query: Query) -> Query:
    itself = Query.term_query(schema(), "document", document.hex, "basic")
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, itself)])


def _copies(
    opened: Opened, scope: Scope, document: uuid.UUID, pages: Sequence[Sequence[str]]
) -> dict[uuid.UUID, float]:
    """By document, how much of the pages that were compared it has too."""
    best: dict[uuid.UUID, dict[int, float]] = {}
    compared = 0
    for at, stems in enumerate(pages):
        marks = fingerprint.make_sketch(stems)
        if not marks:
            continue
        compared += 1
        own = fingerprint.hash_runs(stems)
        shared = Query.boolean_query(
            [(Occur.Should, term("marks", mark)) for mark in marks], _SHARED_MARKS
        )
        hits, _ = opened.search(scope.within(_others(document, shared)), _CANDIDATES, count=False)
        for _, address in hits:
            other, page = opened.entry(address)
            likeness = fingerprint.measure_resemblance(
                own, fingerprint.hash_runs(analysis.extract_terms(page.text).stems)
            )
            of_other = best.setdefault(other, {})
            of_other[at] = max(of_other.get(at, 0.0), likeness)
    found = {other: sum(each.values()) / compared for other, each in best.items()}
    return {other: likeness for other, likeness in found.items() if likeness >= SAME_PAPER}


def _same_words(
    opened: Opened, scope: Scope, document: uuid.UUID, pages: Sequence[Sequence[str]]
) -> dict[uuid.UUID, float]:
    """By document, how well it answers to the words that tell this one from others (tf-idf)."""
    counts = Counter(
        stem for stems in pages for stem in stems
        if len(stem) >= _SHORTEST_WORD and not stem.isdigit()
    )  # fmt: skip
    entries = max(opened.count(Query.all_query()), 1)
    worth: dict[str, float] = {}
    for stem, count in counts.most_common(500):
        having = opened.frequency("body", stem)
        if 1 < having < entries:
            worth[stem] = (1 + math.log(count)) * math.log(entries / having)
    chosen = sorted(worth, key=lambda stem: -worth[stem])[:WORDS]
    if not chosen:
        return {}
    query = Query.boolean_query(
        [(Occur.Should, Query.boost_query(term("body", stem), worth[stem])) for stem in chosen],
        max(1, min(3, len(chosen) // 3)),
    )
    hits, _ = opened.search(scope.within(_others(document, query)), 10 * MOST, count=False)
    numbers = opened.column("document_number", [address for _, address in hits])
    found: dict[uuid.UUID, float] = {}
    seen = {document_number(document)}
    for number, (score, address) in zip(numbers, hits, strict=True):
        if number not in seen:
            seen.add(number)
            found[opened.entry(address)[0]] = float(score)
    return found
