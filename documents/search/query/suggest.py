"""Suggest what is being typed into a search: words and titles that begin like it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from documents.access import visible_to
from documents.models import User
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query.access_filter import Scope, build_scope
from documents.search.query.tantivy_queries import all_of, any_of, prefix, term
from documents.search.text import analysis
from documents.search.text.keyboard import switch_layout

#: Letters of a word from which on words that begin like it are suggested.
MIN_LETTERS = 3
MOST_WORDS, MOST_TITLES = 6, 5
#: Words whose visible pages are counted.
_MOST_COUNTED = 12
#: Words of what was typed that are looked at.
_MOST_TYPED = 8
_LAST_WORD = re.compile(r"[^\W_]+\Z")


@dataclass(frozen=True)
class Suggestions:
    """`words`: the whole query with its last word completed. `titles`: documents by id and title.
    `retyped`: the query with the keys of the other keyboard layout, where only that finds
    anything."""

    words: list[str] = field(default_factory=list)
    titles: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    retyped: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.titles)


def suggest(user: User, typed: str) -> Suggestions:
    """Only of what `user` may see. Raises SearchUnavailable."""
    snapshot, scope = open_index(), build_scope(user)
    found = _suggest(user, snapshot, scope, typed)
    if not found.is_empty:
        return found
    retyped = " ".join(switch_layout(word) or word for word in typed.split())
    if retyped == " ".join(typed.split()):
        return found
    found = _suggest(user, snapshot, scope, retyped)
    return found if found.is_empty else Suggestions(found.words, found.titles, retyped)


def _suggest(user: User, snapshot: IndexSnapshot, scope: Scope, typed: str) -> Suggestions:
    return Suggestions(
        words=_complete_last_word(snapshot, scope, typed),
        titles=_find_titles(user, snapshot, scope, typed),
    )


def _complete_last_word(snapshot: IndexSnapshot, scope: Scope, typed: str) -> list[str]:
    last = _LAST_WORD.search(typed)
    if last is None or len(last[0]) < MIN_LETTERS:
        return []
    folded = analysis.split_words(last[0])
    if len(folded) != 1:
        return []
    start = folded[0][0]
    words = [word for word in snapshot.find_words_beginning(start) if word != start]
    words.sort(key=lambda word: (-snapshot.count_term("words", word), word))
    # The index finds all forms of a word: one of them is enough.
    forms = {analysis.stem_word(word): word for word in reversed(words)}
    likely = [word for word in words if forms[analysis.stem_word(word)] == word][:_MOST_COUNTED]
    visible = [word for word in likely if snapshot.count(scope.restrict(term("words", word)))]
    return [typed[: last.start()] + word for word in visible[:MOST_WORDS]]


def _find_titles(
    user: User, snapshot: IndexSnapshot, scope: Scope, typed: str
) -> list[tuple[uuid.UUID, str]]:
    """Titles with all the words; the last one may be unfinished."""
    words = analysis.split_words(typed)[:_MOST_TYPED]
    if not words or len(typed.strip()) < MIN_LETTERS:
        return []
    parts = [term("title", stem) for _, stem in words[:-1]]
    word, stem = words[-1]
    parts.append(any_of([term("title", stem), prefix("title", word)]))
    query = scope.restrict(all_of([*parts, term("lead", 1)]))
    hits, _ = snapshot.search(query, MOST_TITLES)
    ids = [snapshot.read_entry(address)[0] for _, address in hits]
    documents = visible_to(user).listed().filter(id__in=ids).order_by()
    titles = dict(documents.values_list("id", "title"))
    return [(each, titles[each]) for each in ids if each in titles]
