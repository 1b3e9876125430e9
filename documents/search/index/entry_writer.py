"""Write the entries of one generation: compare them with the database, and write the difference."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from documents.search.index import entry_loader
from documents.search.index.entry import DocumentFacts, Entry, build_tantivy_document
from documents.search.index.schema import get_schema
from documents.search.index.vocabulary import VocabularyWriter
from documents.search.text.page_text import EMPTY, SearchText

#: Bytes that the writer collects before it writes a segment, in its one thread.
HEAP_BYTES = 50_000_000
#: Documents in one query to the database.
DOCUMENT_BATCH = 200
#: New entries of one document that are written at a time.
MAX_NEW_ENTRIES = 200
#: More entries than a document can have.
UNLIMITED = 10_000_000


@dataclass(frozen=True)
class _Difference:
    """`missing`: entries whose text must be loaded, by source. `written`: how many entries these
    and the ones written at once are. `complete`: the document needs no others."""

    missing: dict[int, tuple[DocumentFacts, int]]
    written: int
    complete: bool


class EntryWriter:
    """Every method raises ValueError or OSError if the files cannot be used."""

    def __init__(self, generation: Path) -> None:
        self._words = VocabularyWriter(generation)
        self._index = tantivy.Index(get_schema(), str(generation), reuse=True)
        self._writer = self._index.writer(HEAP_BYTES, 1)
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def entry_count(self) -> int:
        return int(self._searcher.num_docs)

    def update(
        self, document_ids: Iterable[uuid.UUID], budget: int | None = None
    ) -> tuple[list[uuid.UUID], int]:
        """Make the entries of these documents match the database; visible after `commit`.

        Call it at most once for a document between two commits. `budget`: about how many entries
        may be written; after that only entries of new pages are. None: no limit. Returns the
        documents that need another call, and the budget left.
        """
        wanted = list(dict.fromkeys(document_ids))
        max_new = UNLIMITED if budget is None else MAX_NEW_ENTRIES
        budget = UNLIMITED if budget is None else budget
        unfinished: list[uuid.UUID] = []
        for at in range(0, len(wanted), DOCUMENT_BATCH):
            batch = wanted[at : at + DOCUMENT_BATCH]
            # Load the facts before the sources: a change in between will be announced again.
            facts = entry_loader.load_facts(batch)
            sources = entry_loader.load_sources(facts)
            missing: dict[int, tuple[DocumentFacts, int]] = {}
            for document in batch:
                if document not in facts:
                    self._remove_document(document)
                    continue
                difference = self._write_difference(
                    facts[document], sources[document], budget, max_new
                )
                missing |= difference.missing
                budget = max(budget - difference.written, 0)
                if not difference.complete:
                    unfinished.append(document)
            for texts in entry_loader.iter_texts(missing):
                self._add(missing, texts)
        return unfinished, budget

    def commit(self) -> None:
        """Make everything written visible."""
        # Words first: a word too many does no harm, a missing one makes its pages unfindable.
        self._words.commit()
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def close(self) -> None:
        self._words.close()
        self._writer.wait_merging_threads()

    def _write_difference(
        self, facts: DocumentFacts, wanted: Mapping[int, int], budget: int, max_new: int
    ) -> _Difference:
        """Remove superfluous entries and rewrite at most `budget` outdated ones, which needs no
        database; at most `max_new` missing ones are left to the caller. First pages come first."""
        present, outdated = self._read_present(facts)
        by_source = {source: (facts, number) for number, source in wanted.items()}
        old = sorted(outdated & by_source.keys(), key=lambda source: by_source[source][1])
        new = sorted(by_source.keys() - present.keys(), key=lambda source: by_source[source][1])
        rewritten, added = old[:budget], new[:max_new]
        superfluous = present.keys() - by_source.keys()
        self._remove_sources(facts.document, present, {*rewritten, *superfluous})
        for source in rewritten:
            # One at a time: the pages of a document may not fit into memory.
            self._add(by_source, {source: self._read_text(present[source])})
        missing = {source: by_source[source] for source in added}
        if missing.pop(0, None):
            self._add(by_source, {0: EMPTY})
        return _Difference(missing, len(rewritten) + len(added), (rewritten, added) == (old, new))

    def _add(
        self, entries: Mapping[int, tuple[DocumentFacts, int]], texts: Mapping[int, SearchText]
    ) -> None:
        for source, text in texts.items():
            if source in entries:
                facts, number = entries[source]
                document, words = build_tantivy_document(Entry(facts, number, source, text))
                self._words.add(words)
                self._writer.add_document(document)

    def _read_present(self, facts: DocumentFacts) -> tuple[dict[int, tantivy.DocAddress], set[int]]:
        """The document's entries by source, and the sources of those with outdated facts."""
        if not self._searcher.doc_freq("document", facts.document.hex):
            return {}, set()
        hits = self._searcher.search(_match_document(facts.document), UNLIMITED, count=False).hits
        addresses = [address for _, address in hits]
        sources = [int(n or 0) for n in self._searcher.fast_field_values("source", addresses)]
        digests = self._searcher.fast_field_values("facts", addresses)
        present = dict(zip(sources, addresses, strict=True))
        outdated = {
            source
            for source, digest in zip(sources, digests, strict=True)
            if digest != facts.digest
        }
        return present, outdated

    def _read_text(self, address: tantivy.DocAddress) -> SearchText:
        return SearchText.unpack(self._searcher.doc(address)["page"][0])

    def _remove_document(self, document: uuid.UUID) -> None:
        self._writer.delete_documents_by_term("document", document.hex)

    def _remove_sources(
        self, document: uuid.UUID, present: Mapping[int, object], removed: AbstractSet[int]
    ) -> None:
        if removed and removed == present.keys():
            self._remove_document(document)
        elif removed:
            among = Query.term_set_query(get_schema(), "source", sorted(removed))
            self._writer.delete_documents_by_query(
                Query.boolean_query([(Occur.Must, _match_document(document)), (Occur.Must, among)])
            )


def _match_document(document: uuid.UUID) -> Query:
    return Query.term_query(get_schema(), "document", document.hex, "basic")
