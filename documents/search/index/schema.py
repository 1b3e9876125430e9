"""What an entry of the index is made of. One entry a page that was read, and one for a document
whose first page was not, so that its title is found.

What is said of the document as a whole stands in each of its entries: filters, facets and access
are part of the query then, at the price that a change of it writes the entries anew (from the
texts that the index keeps, not from the database).
"""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from documents.search.text import analysis
from documents.search.text.fingerprint import make_sketch
from documents.search.text.page_text import SearchText

#: Rises with every change of what is below. An index of another format is built anew.
FORMAT = f"5.{analysis.VERSION}"

#: Beginnings of these lengths are terms of their own: thousands of words may have them, and to look
#: for each of those takes long. Longer ones are looked for among the words.
BEGINNINGS = (2, 3, 4)

#: The number of the entry that stands for a document whose first page was not read.
COVER = 0
#: Numbers that the index keeps in columns are exact up to here (2^53, a double).
_EXACT = 2**52
_PAGES = 2**20


@dataclass(frozen=True)
class Facts:
    """What is said of a document as a whole, as far as it can be searched for."""

    document: uuid.UUID
    team: uuid.UUID
    title: str
    filename: str
    tags: tuple[str, ...]
    language: str
    status: str
    review_status: str
    mime_type: str
    sha256: str
    created_at: datetime.datetime

    @property
    def digest(self) -> int:
        """Another one for other facts."""
        text = json.dumps([str(value) for value in vars(self).values()])
        return (
            int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") % _EXACT
        )


@dataclass(frozen=True)
class Entry:
    """`number`: the page's, or COVER. `source` says which reading or correction the text is of:
    it is unique among all pages, 0 for a cover."""

    facts: Facts
    number: int
    source: int
    page: SearchText


def source_of(reading: int | None, revision: int | None) -> int:
    """The text that counts, as one number: a correction's is odd, a reading's even."""
    return 2 * revision + 1 if revision else 2 * (reading or 0)


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    # Terms that were made by `analysis`, parted by spaces; with positions, for phrases.
    for name in ("body", "title"):
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    # Words as they are printed and their first letters, pairs of them, identifiers, fingerprints.
    for name in ("words", "beginnings", "pairs", "keys", "marks"):
        build.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    build.add_text_field("document", True, True, "raw", "basic")
    for name in ("team", "tag", "language", "status", "review_status", "type", "year"):
        build.add_text_field(name, False, True, "raw", "basic")
    for name in ("folded_tag", "sha256"):
        build.add_text_field(name, False, False, "raw", "basic")
    for name in ("number", "source", "created"):
        build.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("document_number", "facts", "order"):
        build.add_unsigned_field(name, fast=True)
    # The document's first entry: there its title is found.
    build.add_unsigned_field("lead", indexed=True)
    build.add_bytes_field("page", stored=True)
    return build.build()


def entry_document(entry: Entry) -> tuple[tantivy.Document, frozenset[str]]:
    """The entry as the index takes it, and the words in it."""
    facts, number = entry.facts, entry.number
    terms = analysis.extract_terms(entry.page.text)
    title = _title_terms(facts.title, facts.filename)
    lead = number <= 1
    made = tantivy.Document()
    made.add_text("body", " ".join(terms.stems))
    made.add_text("title", " ".join(title.stems))
    words, keys, pairs = terms.words, terms.keys, terms.pairs
    if lead:
        words, keys, pairs = words | title.words, keys | title.keys, pairs | title.pairs
        made.add_unsigned("lead", 1)
    made.add_text("words", " ".join(words))
    made.add_text("beginnings", " ".join(_beginnings(words)))
    made.add_text("pairs", " ".join(pairs))
    made.add_text("keys", " ".join(keys))
    made.add_text("marks", " ".join(make_sketch(terms.stems)))
    made.add_text("document", facts.document.hex)
    made.add_text("team", facts.team.hex)
    for tag in facts.tags:
        made.add_text("tag", tag)
        made.add_text("folded_tag", tag.casefold())
    for name, value in (
        ("language", facts.language),
        ("status", facts.status),
        ("review_status", facts.review_status),
        ("type", facts.mime_type),
        ("sha256", facts.sha256),
        ("year", str(facts.created_at.year)),
    ):
        if value:
            made.add_text(name, value)
    created = max(int(facts.created_at.timestamp()), 0)
    for name, number_ in (
        ("number", number),
        ("source", entry.source),
        ("created", created),
        ("document_number", document_number(facts.document)),
        ("facts", facts.digest),
        # The newest document first, in it the first page first; to the millisecond, so that
        # documents that came in together are not mixed.
        ("order", _milliseconds(facts.created_at) * _PAGES + _PAGES - 1 - min(number, _PAGES - 1)),
    ):
        made.add_unsigned(name, number_)
    made.add_bytes("page", entry.page.pack())
    return made, words


def _milliseconds(moment: datetime.datetime) -> int:
    return max(int(moment.timestamp() * 1000), 0)


def document_number(document: uuid.UUID) -> int:
    """The document as a number that a column of the index keeps exactly."""
    return document.int % _EXACT


def _beginnings(words: Iterable[str]) -> set[str]:
    return {word[:length] for word in words for length in BEGINNINGS if len(word) >= length}


@lru_cache(maxsize=2000)
def _title_terms(title: str, filename: str) -> analysis.Terms:
    own = analysis.extract_terms(title)
    file = analysis.extract_terms(filename)
    more = tuple(stem for stem in file.stems if stem not in own.stems)
    return analysis.Terms(
        own.stems + more, own.words | file.words, own.keys | file.keys, own.pairs | file.pairs
    )
