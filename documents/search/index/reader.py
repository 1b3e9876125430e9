"""The index as this process reads it: opened once, looked at anew when something was committed."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
import tantivy
from tantivy import Query

from documents.errors import SearchUnavailable
from documents.models.identity import identity
from documents.search.index import index_files, vocabulary
from documents.search.index.health import SILENT_AFTER
from documents.search.index.index_files import IndexState, IndexStatus
from documents.search.index.schema import FORMAT, schema
from documents.search.text.page_text import SearchText

log = structlog.get_logger(__name__)

#: What Tantivy says of files that it can't read.
_OF_DAMAGE = ("corrupt", "i/o", "io error", "ioerror", "no packed page", "not found", "footer")

#: What it says where it is not the files' fault: the machine has none to spare at this moment, or
#: another still writes.
_OF_THE_MACHINE = (
    "too many open files", "cannot allocate memory", "no space left", "storagefull", "lockbusy",
)  # fmt: skip

Hit = tuple[Any, tantivy.DocAddress]


@dataclass(frozen=True)
class Opened:
    """A generation as it was at one moment. `complete`: all of the archive is in it.

    Every look into it raises SearchUnavailable where it turns out to be damaged.
    """

    path: Path
    searcher: tantivy.Searcher
    vocabulary: tantivy.Searcher
    complete: bool
    status: IndexStatus | None

    def search(self, query: Query, limit: int, **how: Any) -> tuple[list[Hit], int]:
        """`(value, address)` of the best, and how many there are in all (0 for `count=False`)."""
        with self._reading():
            found = self.searcher.search(query, max(limit, 1), **how)
            return found.hits, getattr(found, "count", None) or 0

    def count(self, query: Query) -> int:
        return self.search(query, 1)[1]

    def column(self, name: str, addresses: Sequence[tantivy.DocAddress]) -> list[int]:
        with self._reading():
            return [int(n or 0) for n in self.searcher.fast_field_values(name, list(addresses))]

    def entry(self, address: tantivy.DocAddress) -> tuple[uuid.UUID, SearchText]:
        with self._reading():
            stored = self.searcher.doc(address)
            return uuid.UUID(stored["document"][0]), SearchText.unpack(stored["page"][0])

    def aggregate(self, query: Query, wanted: dict[str, Any]) -> dict[str, Any]:
        with self._reading():
            return dict(self.searcher.aggregate(query, wanted))

    def frequency(self, field: str, term: str) -> int:
        """Entries that have the term, whoever may see them: never to be shown."""
        with self._reading():
            return int(self.searcher.doc_freq(field, term))

    def near_words(self, word: str, *, unended: bool = False) -> list[str]:
        """Words within a few edits, of the whole archive: which of them may be shown is asked
        next. `unended`: words of which the beginning is."""
        with self._reading():
            return vocabulary.near_words(self.vocabulary, word, unended=unended)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if is_damage(error):
                raise unreadable(self.path, error) from error
            raise

    @property
    def warnings(self) -> list[str]:
        """What somebody who searches is to know."""
        status = self.status
        if not self.complete or (status and status.state == "building"):
            done = ""
            if status and status.state == "building" and status.documents:
                done = f" ({status.built} of {status.documents} documents)"
            if self.complete:
                return [f"The search index is being built anew{done}; the old one answers."]
            return [f"The search index is being built{done}: not every page can be found yet."]
        if status is None or status.age > SILENT_AFTER:
            return ["The search index is not kept up to date: its process does not run."]
        if status.state == "failing":
            return ["The search index is not kept up to date at the moment."]
        return []


class IndexReader:
    """Safe to use from many threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._index: tantivy.Index | None = None
        self._words: tantivy.Index
        self._seen = 0

    def opened(self) -> Opened:
        """The index to search in. Raises SearchUnavailable where there is none to be read."""
        path, searcher, words, state = self._newest()
        return Opened(path, searcher, words, state.complete, IndexStatus.read(self.root))

    def _newest(self) -> tuple[Path, tantivy.Searcher, tantivy.Searcher, IndexState]:
        path = index_files.current(self.root)
        if path is None:
            raise _unavailable()
        with self._lock:
            try:
                # Written with every commit; a look at it costs a microsecond.
                committed = (path / "meta.json").stat().st_mtime_ns
                state = IndexState.read(path)
                if state is None:
                    raise _unavailable()
                if self._index is None or path != self._path:
                    self._open(path, state)
                elif committed != self._seen:
                    self._words.reload()
                    self._index.reload()
                assert self._index is not None
                self._seen = committed
                return path, self._index.searcher(), self._words.searcher(), state
            except FileNotFoundError:
                raise _unavailable() from None
            except (ValueError, OSError) as error:
                self._index = None
                raise unreadable(path, error) from error

    def _open(self, path: Path, state: IndexState) -> None:
        if (state.format, state.archive) != (FORMAT, str(identity().archive)):
            raise _unavailable()
        index = tantivy.Index(schema(), str(path), reuse=True)
        index.config_reader("manual")
        index.reload()
        self._words = vocabulary.opened(path)
        self._path, self._index = path, index


def unreadable(path: Path, error: BaseException) -> SearchUnavailable:
    """It can't be read. Of damage the process that writes is told, and builds another."""
    if is_of_the_machine(error):
        log.error("search_index_not_read", generation=path.name, reason=str(error))
        return SearchUnavailable("The search index can't be read at this moment. Ask again soon.")
    log.error("search_index_damaged", generation=path.name, reason=str(error))
    index_files.report_damage(path)
    return _unavailable()


def is_of_the_machine(error: BaseException) -> bool:
    """Whether the files may be whole, and are to be tried again as they are."""
    return any(word in str(error).lower() for word in _OF_THE_MACHINE)


def is_index_error(error: BaseException) -> bool:
    """Whether it comes from files that can't be used. Tantivy's own mistakes come as an exception
    that is no Exception."""
    return isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException"


def is_damage(error: BaseException) -> bool:
    """Whether an answer failed because of the files, and not of what was asked."""
    if isinstance(error, ValueError):
        return any(word in str(error).lower() for word in _OF_DAMAGE)
    return is_index_error(error)


def _unavailable() -> SearchUnavailable:
    return SearchUnavailable(
        "The search index is not there yet; it is being built. Ask again soon."
    )


_readers: dict[Path, IndexReader] = {}


def reader() -> IndexReader:
    """This process's reader of this machine's index."""
    root = index_files.root()
    return _readers.setdefault(root, IndexReader(root))
