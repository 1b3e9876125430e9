"""Find documents about the same subject, and scans of the same paper: suggested, never merged."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tantivy import Occur, Query

from documents.access import visible_to
from documents.models import Document, User
from documents.search.index.encoding import encode_document
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query.access_filter import Scope, build_scope
from documents.search.query.tantivy_queries import boost, term
from documents.search.text import analysis, fingerprint
from documents.search.text.page_text import SearchText

#: Pages of the document whose words count, and those compared with other pages: a few suffice to
#: recognise a copy.
MAX_PAGES, PAGES_COMPARED = 20, 4
#: The most characteristic words of the document, and suggestions.
QUERY_WORDS, MAX_SUGGESTIONS = 25, 5
#: The share of common runs of three words from which on two pages are one paper. Two readings of
#: one page, each with every tenth word wrong, share 0.4.
SAME_PAPER = 0.35
#: Sketch terms that two pages must share before they are compared, and pages compared.
_MIN_SHARED_MARKS, _MAX_CANDIDATES = 2, 10
_MIN_WORD_LENGTH = 4
_COMMONEST_STEMS = 500


@dataclass(frozen=True)
class SimilarDocument:
    """`likeness`: of a copy, the share of text that both have (0 to 1); otherwise a score, for
    ordering only."""

    document: Document
    likeness: float


@dataclass(frozen=True)
class SimilarDocuments:
    """The most similar first. No document is in both lists."""

    copies: list[SimilarDocument]
    similar: list[SimilarDocument]


def find_similar(user: User, document: Document) -> SimilarDocuments:
    """Find documents that `user` may see. Raises SearchUnavailable."""
    snapshot = open_index()
    scope = build_scope(user)
    pages = _read_pages(snapshot, document.id)
    stems = [analysis.extract_terms(page.text).stems for page in pages]
    copies = _find_copies(snapshot, scope, document.id, stems[:PAGES_COMPARED])
    related = _find_related(snapshot, scope, document.id, stems)
    visible = visible_to(user).listed().filter(id__in=[*copies, *related])
    documents = {each.id: each for each in visible.select_related("team").order_by()}
    others = {each: score for each, score in related.items() if each not in copies}
    return SimilarDocuments(_select_best(copies, documents), _select_best(others, documents))


def _select_best(
    found: dict[uuid.UUID, float], documents: dict[uuid.UUID, Document]
) -> list[SimilarDocument]:
    ordered = sorted(found.items(), key=lambda each: -each[1])
    similar = [
        SimilarDocument(documents[each], round(value, 3))
        for each, value in ordered
        if each in documents
    ]
    return similar[:MAX_SUGGESTIONS]


def _read_pages(snapshot: IndexSnapshot, document: uuid.UUID) -> list[SearchText]:
    query = term("document", document.hex)
    # Within a document, this order is that of the page numbers.
    hits, _ = snapshot.search(query, MAX_PAGES, count=False, order_by_field="order")
    return [snapshot.read_entry(address)[1] for _, address in hits]


def _exclude(document: uuid.UUID, query: Query) -> Query:
    own = term("document", document.hex)
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, own)])


def _find_copies(
    snapshot: IndexSnapshot, scope: Scope, document: uuid.UUID, pages: Sequence[Sequence[str]]
) -> dict[uuid.UUID, float]:
    """By document, its mean resemblance to the compared pages."""
    best: dict[uuid.UUID, dict[int, float]] = {}
    compared = 0
    for at, stems in enumerate(pages):
        marks = fingerprint.make_sketch(stems)
        if not marks:
            continue
        compared += 1
        own = fingerprint.hash_runs(stems)
        shared = Query.boolean_query(
            [(Occur.Should, term("marks", mark)) for mark in marks], _MIN_SHARED_MARKS
        )
        query = scope.restrict(_exclude(document, shared))
        hits, _ = snapshot.search(query, _MAX_CANDIDATES, count=False)
        for _, address in hits:
            other, page = snapshot.read_entry(address)
            runs = fingerprint.hash_runs(analysis.extract_terms(page.text).stems)
            by_page = best.setdefault(other, {})
            by_page[at] = max(by_page.get(at, 0.0), fingerprint.measure_resemblance(own, runs))
    found = {other: sum(each.values()) / compared for other, each in best.items()}
    return {other: likeness for other, likeness in found.items() if likeness >= SAME_PAPER}


def _find_related(
    snapshot: IndexSnapshot, scope: Scope, document: uuid.UUID, pages: Sequence[Sequence[str]]
) -> dict[uuid.UUID, float]:
    """By document, its score for the words that are characteristic of this one (tf-idf)."""
    weights = _weigh_stems(snapshot, pages)
    chosen = sorted(weights, key=lambda stem: -weights[stem])[:QUERY_WORDS]
    if not chosen:
        return {}
    query = Query.boolean_query(
        [(Occur.Should, boost(term("body", stem), weights[stem])) for stem in chosen],
        max(1, min(3, len(chosen) // 3)),
    )
    hits, _ = snapshot.search(
        scope.restrict(_exclude(document, query)), 10 * MAX_SUGGESTIONS, count=False
    )
    numbers = snapshot.read_column("document_number", [address for _, address in hits])
    found: dict[uuid.UUID, float] = {}
    seen = {encode_document(document)}
    for number, (score, address) in zip(numbers, hits, strict=True):
        if number not in seen:
            seen.add(number)
            found[snapshot.read_entry(address)[0]] = float(score)
    return found


def _weigh_stems(snapshot: IndexSnapshot, pages: Sequence[Sequence[str]]) -> dict[str, float]:
    """The tf-idf weights of stems that other entries have as well."""
    counts = Counter(
        stem
        for stems in pages
        for stem in stems
        if len(stem) >= _MIN_WORD_LENGTH and not stem.isdigit()
    )
    entries = max(snapshot.count(Query.all_query()), 1)
    weights: dict[str, float] = {}
    for stem, count in counts.most_common(_COMMONEST_STEMS):
        frequency = snapshot.count_term("body", stem)
        if 1 < frequency < entries:
            weights[stem] = (1 + math.log(count)) * math.log(entries / frequency)
    return weights
