"""Answer a search: parse, compile, restrict to what the user may see, find; if that finds little,
try other forms and near words."""

from __future__ import annotations

from dataclasses import replace

from documents.models import User
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query import spelling
from documents.search.query.access_filter import Scope, build_scope
from documents.search.query.compiler import CompiledQuery, compile_query
from documents.search.query.facets import count_facets
from documents.search.query.grouping import find_documents
from documents.search.query.nodes import Note
from documents.search.query.parser import parse_query
from documents.search.query.result_pages import PageFinder
from documents.search.query.results import (
    FoundDocument,
    FoundPage,
    SearchRequest,
    SearchResults,
)

#: The greatest offset.
MAX_OFFSET = 100_000


def find(user: User, request: SearchRequest) -> SearchResults:
    """Raises SearchUnavailable."""
    snapshot = open_index()
    scope = build_scope(user, request.filters)
    parsed = parse_query(request.text)
    compiled = compile_query(parsed, scope.names)
    found = _find_compiled(user, snapshot, scope, compiled, request)
    any_form = bool(compiled.phrases) and not found.count
    if any_form:
        compiled = compile_query(parsed, scope.names, any_form=True)
        found = _find_compiled(user, snapshot, scope, compiled, request)
        if found.count:
            found = replace(found, notes=(*found.notes, Note("other-forms", request.text)))
    in_phrases = compiled.phrases if not found.count else ()
    if found.count >= spelling.FEW_PAGES or not (compiled.words or in_phrases):
        return found
    finds_nothing = not found.count
    near = spelling.find_near_words(snapshot, scope, compiled.words, in_phrases)
    if near.words:
        compiled = compile_query(parsed, scope.names, near.words, any_form=any_form)
        found = _find_compiled(user, snapshot, scope, compiled, request)
    # With near words, or without: the other layout finds the very words that were meant.
    retyped = spelling.retype(snapshot, scope, request.text) if finds_nothing else None
    return replace(
        found,
        near_words={typed: [word for word, _ in words] for typed, words in near.words.items()},
        suggestion=retyped or spelling.replace_words(request.text, near.suggestions),
    )


def _find_compiled(
    user: User,
    snapshot: IndexSnapshot,
    scope: Scope,
    compiled: CompiledQuery,
    request: SearchRequest,
) -> SearchResults:
    query = scope.restrict(compiled.query)
    finder = PageFinder(user, snapshot, compiled.matcher, request.ordering)
    results: list[FoundPage] | list[FoundDocument]
    if request.by_document:
        results, count, more = find_documents(finder, query, request.offset, request.limit)
    else:
        end = request.offset + request.limit
        hits, count = finder.rank(query, end)
        shown = hits[request.offset :]
        results = finder.load_pages(shown)
        more = count > end
        count -= len(shown) - len(results)
    return SearchResults(
        results=results,
        count=count,
        more=more,
        notes=compiled.notes,
        warnings=snapshot.warnings,
        complete=snapshot.complete,
        facets=count_facets(snapshot, query, request.facets),
    )
