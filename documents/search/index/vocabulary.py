"""The words that the archive's pages have, beside its index: near ones are looked for here.

A small index of its own (one entry a word), because Tantivy walks its dictionary with a Levenshtein
automaton. Words are only added; whether one is still anywhere, and where it may be seen, is asked
of the index of pages.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path

import tantivy
from tantivy import Query

from documents.search.text.analysis import stem_word
from documents.search.text.edit_distance import long_prefix, max_distance, merge_letter_pairs

#: Letters of a word worth looking near to.
SHORTEST, LONGEST = 4, 30
#: Words that the writing process remembers to have added, and near words that are looked at.
REMEMBERED, MOST = 200_000, 400
_HEAP = 20_000_000


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("stem", tokenizer_name="raw", index_option="basic")
    return build.build()


def directory_of(generation: Path) -> Path:
    return generation / "words"


def opened(generation: Path) -> tantivy.Index:
    """Raises ValueError, OSError where it can't be used."""
    path = directory_of(generation)
    path.mkdir(exist_ok=True)
    index = tantivy.Index(_schema(), str(path), reuse=True)
    index.config_reader("manual")
    index.reload()
    return index


class WordsWriter:
    """The one who adds."""

    def __init__(self, generation: Path) -> None:
        self._index = opened(generation)
        self._writer = self._index.writer(_HEAP, 1)
        self._searcher = self._index.searcher()
        self._known: set[str] = set()
        self._new = False

    def add(self, words: AbstractSet[str]) -> None:
        new = {
            word
            for word in words - self._known
            if SHORTEST <= len(word) <= LONGEST and _is_word(word)
        }
        self._known |= new
        for word in new:
            if not self._searcher.doc_freq("word", word):
                made = tantivy.Document()
                made.add_text("word", word)
                made.add_text("stem", stem_word(word))
                self._writer.add_document(made)
                self._new = True

    def commit(self) -> None:
        if self._new:
            self._writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
            self._new = False
        if len(self._known) > REMEMBERED:
            self._known.clear()

    def close(self) -> None:
        self._writer.wait_merging_threads()


def near_words(searcher: tantivy.Searcher, word: str, *, unended: bool = False) -> list[str]:
    """Words of the archive within a few edits of `word`, or forms of such words; in no order, and
    itself not among them. `unended`: instead, words that begin nearly like a long one; of a
    shorter one there are none."""
    if not max_distance(word):
        return []
    found: dict[str, None] = {}
    variants = _variants(word)
    if unended:
        variants = [("word", start, True)] if (start := long_prefix(word)) else []
    for name, variant, is_beginning in variants:
        # Two letters for one are two edits, and nearer than one other edit.
        for distance in range(1, 2 if len(variant) <= SHORTEST else 3):
            query = Query.fuzzy_term_query(_schema(), name, variant, distance, prefix=is_beginning)
            for _, address in searcher.search(query, MOST, count=False).hits:
                found[str(searcher.doc(address)["word"][0])] = None
    found.pop(word, None)
    return list(found)


def _variants(word: str) -> list[tuple[str, str, bool]]:
    """What is looked near to (the word, its stem, and it with pairs of letters as one), in which
    field, and whether more letters may follow."""
    stem = stem_word(word)
    stems = [("stem", stem, False)] if len(stem) >= SHORTEST else []
    return [
        ("word", word, False),
        *stems,
        *(("word", each, False) for each in merge_letter_pairs(word)),
    ]


def _is_word(word: str) -> bool:
    return word.isalpha() or 2 * sum(letter.isalpha() for letter in word) > len(word)
