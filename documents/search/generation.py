"""One generation of the index, as the process that writes it holds it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from documents.search import entries
from documents.search.changes import Feed, Position
from documents.search.directory import State
from documents.search.pagetext import EMPTY, PageText
from documents.search.schema import Entry, Facts, entry_document, schema
from documents.search.vocabulary import WordsWriter

#: Bytes that the writer fills before it makes a segment of them; it takes one thread.
HEAP = 50_000_000
#: Documents that the database is asked about at a time.
DOCUMENTS_AT_ONCE = 200
#: More entries than a document can have.
MOST_ENTRIES = 10_000_000


class Generation:
    """Raises ValueError or OSError, from whatever is called, where its files can't be used."""

    def __init__(self, directory: Path, state: State) -> None:
        self.directory, self.state = directory, state
        self.feed = Feed(state.position)
        #: How far the build is, which `state` says once it is committed.
        self.built_to, self.built = state.built_to, state.built
        self.settled_at = time.monotonic()
        self._words = WordsWriter(directory)
        self._index = tantivy.Index(schema(), str(directory), reuse=True)
        self._writer = self._index.writer(HEAP, 1)
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def entries(self) -> int:
        return int(self._searcher.num_docs)

    def bring(self, documents: Iterable[uuid.UUID]) -> None:
        """Make the index say of these what the database says; not to be seen before `commit`.
        Each at most once between two commits."""
        wanted = list(dict.fromkeys(documents))
        for at in range(0, len(wanted), DOCUMENTS_AT_ONCE):
            some = wanted[at : at + DOCUMENTS_AT_ONCE]
            # The facts before the sources: what changes in between is a change to come.
            facts = entries.facts_of(some)
            sources = entries.sources_of(facts)
            missing: dict[int, tuple[Facts, int]] = {}
            for document in some:
                if document in facts:
                    missing |= self._compare(facts[document], sources[document])
                else:
                    self._remove(document)
            for texts in entries.texts_of(missing):
                self._add(missing, texts)

    def commit(self) -> None:
        """Let what was brought be found."""
        # First: a word too many is no harm, one too few is never found.
        self._words.commit()
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def remember(self, position: Position | None = None, **state: object) -> None:
        """How far what was committed is; what came after is told again after a kill."""
        changed = replace(self.state, **state)  # type: ignore[arg-type]
        if position is not None:
            changed = replace(changed, position=position)
        if changed != self.state:
            changed.write(self.directory)
            self.state = changed

    def settle_build(self, *, complete: bool = False) -> None:
        """Let what was built so far be found, and go on behind it after a kill."""
        self.commit()
        self.remember(built_to=self.built_to, built=self.built, complete=complete)
        self.settled_at = time.monotonic()

    def close(self) -> None:
        self._words.close()
        self._writer.wait_merging_threads()

    def _compare(self, facts: Facts, wanted: Mapping[int, int]) -> dict[int, tuple[Facts, int]]:
        """Remove what is not the document's any more, add what needs no database; the sources of
        which the text is missing, with what their entries are."""
        present, same_facts = self._present(facts)
        by_source = {source: (facts, number) for number, source in wanted.items()}
        new = {source: by_source[source] for source in by_source.keys() - present.keys()}
        if same_facts:
            self._remove_sources(facts.document, present.keys() - by_source.keys())
        else:
            self._remove(facts.document)
            for source in by_source.keys() & present.keys():
                # One after the other: a document may have more pages than go into memory.
                self._add(by_source, {source: self._text(present[source])})
        if 0 in new:
            self._add(new, {0: EMPTY})
            del new[0]
        return new

    def _add(self, entries: Mapping[int, tuple[Facts, int]], texts: Mapping[int, PageText]) -> None:
        for source, text in texts.items():
            if source in entries:
                facts, number = entries[source]
                document, words = entry_document(Entry(facts, number, source, text))
                self._words.add(words)
                self._writer.add_document(document)

    def _present(self, facts: Facts) -> tuple[dict[int, tantivy.DocAddress], bool]:
        """The document's entries by their source, and whether all of them have these facts."""
        if not self._searcher.doc_freq("document", facts.document.hex):
            return {}, True
        hits = self._searcher.search(_of(facts.document), MOST_ENTRIES, count=False).hits
        addresses = [address for _, address in hits]
        sources = self._searcher.fast_field_values("source", addresses)
        digests = set(self._searcher.fast_field_values("facts", addresses))
        present = {int(source or 0): at for source, at in zip(sources, addresses, strict=True)}
        return present, digests <= {facts.digest}

    def _text(self, address: tantivy.DocAddress) -> PageText:
        return PageText.unpack(self._searcher.doc(address)["page"][0])

    def _remove(self, document: uuid.UUID) -> None:
        self._writer.delete_documents_by_term("document", document.hex)

    def _remove_sources(self, document: uuid.UUID, sources: Iterable[int]) -> None:
        if gone := list(sources):
            among = Query.term_set_query(schema(), "source", gone)
            self._writer.delete_documents_by_query(
                Query.boolean_query([(Occur.Must, _of(document)), (Occur.Must, among)])
            )


def _of(document: uuid.UUID) -> Query:
    return Query.term_query(schema(), "document", document.hex, "basic")
