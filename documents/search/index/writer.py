"""One generation of the index, as the process that writes it holds it."""

from __future__ import annotations

import datetime
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from documents.search.index import index_documents
from documents.search.index.change_feed import Feed, Position
from documents.search.index.index_files import IndexState
from documents.search.index.schema import Entry, Facts, entry_document, schema
from documents.search.index.vocabulary import WordsWriter
from documents.search.text.page_text import EMPTY, SearchText

#: Bytes that the writer fills before it makes a segment of them; it takes one thread.
HEAP = 50_000_000
#: Documents that the database is asked about at a time.
DOCUMENTS_AT_ONCE = 200
#: Entries that are written anew at a time where changes are followed, and of those that wait while
#: others just changed: on a busy machine 100 take half a second. New ones of one document.
AT_ONCE, BESIDE, NEW_AT_ONCE = 100, 30, 200
#: More entries than a document can have.
MOST_ENTRIES = 10_000_000


@dataclass(frozen=True)
class _Compared:
    """`missing`: entries that need their text, by source; `written`: these and those that are
    written already; `whole`: no others are needed."""

    missing: dict[int, tuple[Facts, int]]
    written: int
    whole: bool


class Generation:
    """Raises ValueError or OSError, from whatever is called, where its files can't be used."""

    def __init__(self, directory: Path, state: IndexState) -> None:
        self.directory, self.state = directory, state
        self.feed = Feed(state.position)
        #: How far the build is, which `state` says once it is committed.
        self.built_to, self.built = state.built_to, state.built
        self.settled_at = time.monotonic()
        #: Documents that are not brought whole, with when they changed.
        self.waiting: dict[uuid.UUID, datetime.datetime] = {}
        self._unremembered = False
        self._words = WordsWriter(directory)
        self._index = tantivy.Index(schema(), str(directory), reuse=True)
        self._writer = self._index.writer(HEAP, 1)
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def entries(self) -> int:
        return int(self._searcher.num_docs)

    def bring_changed(
        self, documents: Sequence[uuid.UUID], changed_at: datetime.datetime
    ) -> list[uuid.UUID]:
        """Bring these, which changed just now, and some of those that wait: as much as is written
        in a moment. Those that are brought whole; the others wait for the next time.

        New pages come first. What is said anew of old ones (a tag renamed on a thousand documents)
        must not keep them back, nor they that."""
        self._unremembered = True
        changed = set(documents)
        waiting = [each for each in self.waiting if each not in changed]
        left, _ = self.bring(documents, BESIDE)
        room = BESIDE if documents else AT_ONCE
        for at in range(0, len(waiting), DOCUMENTS_AT_ONCE):
            some = waiting[at : at + DOCUMENTS_AT_ONCE]
            if room > 0:
                some, room = self.bring(some, room)
            left += some
        since = {**dict.fromkeys(documents, changed_at), **self.waiting}
        self.waiting = {each: since[each] for each in left}
        return [each for each in since if each not in self.waiting]

    def bring(
        self, documents: Iterable[uuid.UUID], room: int | None = None
    ) -> tuple[list[uuid.UUID], int]:
        """Make the index say of these what the database says; not to be seen before `commit`.
        Each at most once between two commits.

        `room`: entries that are written, about; without it all that it takes. Once it is used up,
        new pages are written still. Returns the documents that need another time, and the room
        that is left."""
        wanted = list(dict.fromkeys(documents))
        most_new = MOST_ENTRIES if room is None else NEW_AT_ONCE
        room = MOST_ENTRIES if room is None else room
        left: list[uuid.UUID] = []
        for at in range(0, len(wanted), DOCUMENTS_AT_ONCE):
            some = wanted[at : at + DOCUMENTS_AT_ONCE]
            # The facts before the sources: what changes in between is a change to come.
            facts = index_documents.facts_of(some)
            sources = index_documents.sources_of(facts)
            missing: dict[int, tuple[Facts, int]] = {}
            for document in some:
                if document not in facts:
                    self._remove(document)
                    continue
                needed = self._compare(facts[document], sources[document], room, most_new)
                missing |= needed.missing
                room = max(room - needed.written, 0)
                if not needed.whole:
                    left.append(document)
            for texts in index_documents.texts_of(missing):
                self._add(missing, texts)
        return left, room

    def commit(self) -> None:
        """Let what was brought be found."""
        # First: a word too many is no harm, one too few is never found.
        self._words.commit()
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def remember_followed(self) -> None:
        """All changes that were read are told; if none waits to be brought, that is for good."""
        if self._unremembered and not self.waiting:
            self.remember(self.feed.position)
            self._unremembered = False

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

    def _compare(
        self, facts: Facts, wanted: Mapping[int, int], room: int, most_new: int
    ) -> _Compared:
        """Remove what is not the document's any more, and write `room` entries anew at most, which
        needs no database; `most_new` at most of those that are missing. The first pages first."""
        present, outdated = self._present(facts)
        by_source = {source: (facts, number) for number, source in wanted.items()}
        old = sorted(outdated & by_source.keys(), key=lambda source: by_source[source][1])
        new = sorted(by_source.keys() - present.keys(), key=lambda source: by_source[source][1])
        rewritten, added = old[:room], new[:most_new]
        self._remove_sources(
            facts.document, present, {*rewritten, *(present.keys() - by_source.keys())}
        )
        for source in rewritten:
            # One after the other: a document may have more pages than go into memory.
            self._add(by_source, {source: self._text(present[source])})
        missing = {source: by_source[source] for source in added}
        if missing.pop(0, None):
            self._add(by_source, {0: EMPTY})
        return _Compared(missing, len(rewritten) + len(added), (rewritten, added) == (old, new))

    def _add(
        self, entries: Mapping[int, tuple[Facts, int]], texts: Mapping[int, SearchText]
    ) -> None:
        for source, text in texts.items():
            if source in entries:
                facts, number = entries[source]
                document, words = entry_document(Entry(facts, number, source, text))
                self._words.add(words)
                self._writer.add_document(document)

    def _present(self, facts: Facts) -> tuple[dict[int, tantivy.DocAddress], set[int]]:
        """The document's entries by their source, and the sources of those with other facts."""
        if not self._searcher.doc_freq("document", facts.document.hex):
            return {}, set()
        hits = self._searcher.search(_of(facts.document), MOST_ENTRIES, count=False).hits
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

    def _text(self, address: tantivy.DocAddress) -> SearchText:
        return SearchText.unpack(self._searcher.doc(address)["page"][0])

    def _remove(self, document: uuid.UUID) -> None:
        self._writer.delete_documents_by_term("document", document.hex)

    def _remove_sources(
        self, document: uuid.UUID, present: Mapping[int, object], gone: AbstractSet[int]
    ) -> None:
        if gone and gone == present.keys():
            self._remove(document)
        elif gone:
            among = Query.term_set_query(schema(), "source", sorted(gone))
            self._writer.delete_documents_by_query(
                Query.boolean_query([(Occur.Must, _of(document)), (Occur.Must, among)])
            )


def _of(document: uuid.UUID) -> Query:
    return Query.term_query(schema(), "document", document.hex, "basic")
