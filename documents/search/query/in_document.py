"""Where in one document a query is found: the pages, and what marks the words on them."""

from __future__ import annotations

from dataclasses import dataclass

from documents.errors import SearchUnavailable
from documents.models import Document, User
from documents.search.index.encoding import COVER
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query import spelling
from documents.search.query.access_filter import Scope, build_scope
from documents.search.query.compiler import CompiledQuery, compile_matcher, compile_query
from documents.search.query.highlighter import Matcher
from documents.search.query.parser import parse_query
from documents.search.query.tantivy_queries import all_of, any_document

#: Pages with hits that are listed.
MOST_PAGES = 10_000


@dataclass(frozen=True)
class HitsInDocument:
    """`pages`: the numbers of those with hits, in order. `matcher` marks the words of the query, in
    the forms in which the search finds them."""

    pages: list[int]
    matcher: Matcher


def find_in_document(user: User, document: Document, text: str) -> HitsInDocument:
    """As the search of the archive finds them: other forms and near words where the words
    themselves are not there. Without an index no page is listed, and the words are marked."""
    try:
        snapshot = open_index()
    except SearchUnavailable:
        return HitsInDocument([], compile_matcher(text))
    scope = build_scope(user)
    parsed = parse_query(text)
    compiled = compile_query(parsed, scope.names)
    pages = _find_pages(snapshot, scope, compiled, document)
    if not pages and compiled.phrases:
        compiled = compile_query(parsed, scope.names, any_form=True)
        pages = _find_pages(snapshot, scope, compiled, document)
    if not pages and compiled.words:
        near = spelling.find_near_words(snapshot, scope, compiled.words, ())
        if near.words:
            compiled = compile_query(parsed, scope.names, near.words)
            pages = _find_pages(snapshot, scope, compiled, document)
    return HitsInDocument(pages, compiled.matcher)


def _find_pages(
    snapshot: IndexSnapshot, scope: Scope, compiled: CompiledQuery, document: Document
) -> list[int]:
    query = all_of([scope.restrict(compiled.query), any_document([document.id])])
    hits, _ = snapshot.search(query, MOST_PAGES)
    numbers = snapshot.read_column("number", [address for _, address in hits])
    return sorted({number for number in numbers if number != COVER})
