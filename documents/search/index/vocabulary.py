"""The words of the archive's pages, in a small index of their own: near words are found here.

One entry a word, because Tantivy walks its dictionary with a Levenshtein automaton. Words are only
added; whether a word still occurs, and who may see it, is a question to the index of pages.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path

import tantivy
from tantivy import Query

from documents.search.text.analysis import stem_word
from documents.search.text.edit_distance import long_prefix, max_distance, merge_letter_pairs

#: Letters of a word that has near words.
MIN_LETTERS, MAX_LETTERS = 4, 30
#: Words that a writer remembers as added, and near words of one query.
MAX_REMEMBERED, MAX_NEAR_WORDS = 200_000, 400
_HEAP_BYTES = 20_000_000


@lru_cache(maxsize=1)
def _get_schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("word", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("stem", tokenizer_name="raw", index_option="basic")
    return build.build()


def vocabulary_directory(generation: Path) -> Path:
    return generation / "words"


def open_vocabulary(generation: Path) -> tantivy.Index:
    """Open the vocabulary of a generation, or create it. Raises ValueError or OSError if its files
    cannot be used."""
    path = vocabulary_directory(generation)
    path.mkdir(mode=0o700, exist_ok=True)
    index = tantivy.Index(_get_schema(), str(path), reuse=True)
    index.config_reader("manual")
    index.reload()
    return index


class VocabularyWriter:
    """Adds words; only the process that writes the index has one."""

    def __init__(self, generation: Path) -> None:
        self._index = open_vocabulary(generation)
        self._writer = self._index.writer(_HEAP_BYTES, 1)
        self._searcher = self._index.searcher()
        self._known: set[str] = set()
        self._has_new = False

    def add(self, words: AbstractSet[str]) -> None:
        new = {
            word
            for word in words - self._known
            if MIN_LETTERS <= len(word) <= MAX_LETTERS and _is_mostly_letters(word)
        }
        self._known |= new
        for word in new:
            if not self._searcher.doc_freq("word", word):
                document = tantivy.Document()
                document.add_text("word", word)
                document.add_text("stem", stem_word(word))
                self._writer.add_document(document)
                self._has_new = True

    def commit(self) -> None:
        if self._has_new:
            self._writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
            self._has_new = False
        if len(self._known) > MAX_REMEMBERED:
            self._known.clear()

    def close(self) -> None:
        self._writer.wait_merging_threads()


def find_near_words(searcher: tantivy.Searcher, word: str, *, by_prefix: bool = False) -> list[str]:
    """Return words within a few edits of `word`, or forms of such words, in no order and without
    `word` itself. `by_prefix`: words that begin nearly like it, if it is long; otherwise none."""
    if not max_distance(word):
        return []
    found: dict[str, None] = {}
    variants = _list_variants(word)
    if by_prefix:
        variants = [("word", prefix, True)] if (prefix := long_prefix(word)) else []
    for name, variant, is_prefix in variants:
        # Two letters read for one are two edits, yet nearer than any other single edit.
        for distance in range(1, 2 if len(variant) <= MIN_LETTERS else 3):
            query = Query.fuzzy_term_query(_get_schema(), name, variant, distance, prefix=is_prefix)
            for _, address in searcher.search(query, MAX_NEAR_WORDS, count=False).hits:
                found[str(searcher.doc(address)["word"][0])] = None
    found.pop(word, None)
    return list(found)


def find_words_beginning(searcher: tantivy.Searcher, start: str) -> list[str]:
    """Return at most MAX_NEAR_WORDS words that begin with `start`, in no order."""
    query = Query.regex_query(_get_schema(), "word", re.escape(start) + ".*")
    hits = searcher.search(query, MAX_NEAR_WORDS, count=False).hits
    return [str(searcher.doc(address)["word"][0]) for _, address in hits]


def _list_variants(word: str) -> list[tuple[str, str, bool]]:
    """`(field, term, more letters may follow)`: the word, its stem, and the word with pairs of
    letters merged."""
    stem = stem_word(word)
    stems = [("stem", stem, False)] if len(stem) >= MIN_LETTERS else []
    merged = [("word", each, False) for each in merge_letter_pairs(word)]
    return [("word", word, False), *stems, *merged]


def _is_mostly_letters(word: str) -> bool:
    return word.isalpha() or 2 * sum(letter.isalpha() for letter in word) > len(word)
