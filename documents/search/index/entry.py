"""An entry of the index: one page that was read, with the facts of its document.

A document whose first page was not read has an entry without text, its cover, by which its title
is found.
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

from documents.models.engines_field import name_readers
from documents.search.index.encoding import EXACT_RANGE, encode_document, encode_order
from documents.search.index.schema import PREFIX_LENGTHS
from documents.search.text.analysis import Terms, extract_terms
from documents.search.text.fingerprint import make_sketch
from documents.search.text.page_text import SearchText
from documents.text.language_codes import NO_LANGUAGE


@dataclass(frozen=True)
class DocumentFacts:
    """What can be searched about a document as a whole."""

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
    #: `(engine, version)` of what read any page.
    engines: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    confidence: float | None = None
    origin: str = ""
    origin_name: str = ""

    @property
    def digest(self) -> int:
        """A hash of all facts: entries with another digest are out of date."""
        text = json.dumps([str(value) for value in vars(self).values()])
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % EXACT_RANGE


@dataclass(frozen=True)
class Entry:
    """`number`: the page's, or COVER. `source`: see `encoding.encode_source`; 0 for a cover."""

    facts: DocumentFacts
    number: int
    source: int
    page: SearchText


def build_tantivy_document(entry: Entry) -> tuple[tantivy.Document, frozenset[str]]:
    """Convert an entry to the fields of the schema; also return its words, for the vocabulary."""
    facts = entry.facts
    terms = extract_terms(entry.page.text)
    title = _extract_title_terms(facts.title, facts.filename)
    document = tantivy.Document()
    document.add_text("body", " ".join(terms.stems))
    document.add_text("title", " ".join(title.stems))
    words, keys, pairs = terms.words, terms.keys, terms.pairs
    if entry.number <= 1:
        words, keys, pairs = words | title.words, keys | title.keys, pairs | title.pairs
        document.add_unsigned("lead", 1)
    document.add_text("words", " ".join(words))
    document.add_text("beginnings", " ".join(_cut_prefixes(words)))
    document.add_text("pairs", " ".join(pairs))
    document.add_text("keys", " ".join(keys))
    document.add_text("marks", " ".join(make_sketch(terms.stems)))
    _add_facts(document, facts)
    document.add_unsigned("number", entry.number)
    document.add_unsigned("source", entry.source)
    document.add_unsigned("order", encode_order(facts.created_at, entry.number))
    document.add_bytes("page", entry.page.pack())
    return document, words


def _add_facts(document: tantivy.Document, facts: DocumentFacts) -> None:
    document.add_text("document", facts.document.hex)
    document.add_text("team", facts.team.hex)
    for tag in facts.tags:
        document.add_text("tag", tag)
        document.add_text("folded_tag", tag.casefold())
    for name, value in (
        ("language", facts.language or NO_LANGUAGE),
        ("status", facts.status),
        ("review_status", facts.review_status),
        ("type", facts.mime_type),
        ("sha256", facts.sha256),
        ("year", str(facts.created_at.year)),
        ("origin", facts.origin),
        ("origin_name", facts.origin_name),
        *(("flag", flag) for flag in facts.flags),
        *(("read_by", name) for name in name_readers(facts.engines)),
        *(("engine", engine) for engine in sorted({engine for engine, _ in facts.engines})),
        *(("engine_version", version) for version in sorted({v for _, v in facts.engines})),
    ):
        if value:
            document.add_text(name, value)
    if facts.confidence is not None:
        document.add_float("confidence", facts.confidence)
    document.add_unsigned("created", max(int(facts.created_at.timestamp()), 0))
    document.add_unsigned("document_number", encode_document(facts.document))
    document.add_unsigned("facts", facts.digest)


def _cut_prefixes(words: Iterable[str]) -> set[str]:
    return {word[:length] for word in words for length in PREFIX_LENGTHS if len(word) >= length}


@lru_cache(maxsize=2000)
def _extract_title_terms(title: str, filename: str) -> Terms:
    """The terms of both; stems of the file name only if the title does not have them."""
    own, file = extract_terms(title), extract_terms(filename)
    more = tuple(stem for stem in file.stems if stem not in own.stems)
    return Terms(
        own.stems + more, own.words | file.words, own.keys | file.keys, own.pairs | file.pairs
    )
