"""Read access to the index: opened once a process, reloaded when something was committed."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Query

from documents.models.identity import identity
from documents.search.index import index_files, vocabulary
from documents.search.index.health import describe_shortcomings
from documents.search.index.index_errors import is_damage, make_unavailable, report_unreadable
from documents.search.index.index_state import IndexState, IndexStatus
from documents.search.index.schema import FORMAT, get_schema
from documents.search.text.page_text import SearchText

#: A sort value (a score, unless ordered by a field) and the address of an entry.
RankedAddress = tuple[Any, tantivy.DocAddress]


@dataclass(frozen=True)
class IndexSnapshot:
    """A generation at one moment. `complete`: it has the whole archive.

    Every method raises SearchUnavailable if the files turn out to be damaged.
    """

    path: Path
    searcher: tantivy.Searcher
    vocabulary: tantivy.Searcher
    complete: bool
    status: IndexStatus | None

    def search(self, query: Query, limit: int, **options: Any) -> tuple[list[RankedAddress], int]:
        """Return the best entries, and how many match in all (0 with `count=False`). `options` are
        those of `tantivy.Searcher.search`."""
        with self._report_damage():
            found = self.searcher.search(query, max(limit, 1), **options)
            return found.hits, getattr(found, "count", None) or 0

    def count(self, query: Query) -> int:
        return self.search(query, 1)[1]

    def read_column(self, name: str, addresses: Sequence[tantivy.DocAddress]) -> list[int]:
        with self._report_damage():
            return [int(n or 0) for n in self.searcher.fast_field_values(name, list(addresses))]

    def read_entry(self, address: tantivy.DocAddress) -> tuple[uuid.UUID, SearchText]:
        """Return the document's id and the text of the page."""
        with self._report_damage():
            stored = self.searcher.doc(address)
            return uuid.UUID(stored["document"][0]), SearchText.unpack(stored["page"][0])

    def aggregate(self, query: Query, aggregation: dict[str, Any]) -> dict[str, Any]:
        with self._report_damage():
            return dict(self.searcher.aggregate(query, aggregation))

    def count_term(self, field: str, term: str) -> int:
        """Count the entries with a term, of all teams: never show this number."""
        with self._report_damage():
            return int(self.searcher.doc_freq(field, term))

    def find_near_words(self, word: str, *, by_prefix: bool = False) -> list[str]:
        """Return words of the whole archive within a few edits (`by_prefix`: whose beginning is).
        The caller must check which of them the user may see."""
        with self._report_damage():
            return vocabulary.find_near_words(self.vocabulary, word, by_prefix=by_prefix)

    def find_words_beginning(self, start: str) -> list[str]:
        """Return words of the whole archive that begin with `start`, in no order. The caller must
        check which of them the user may see."""
        with self._report_damage():
            return vocabulary.find_words_beginning(self.vocabulary, start)

    @property
    def warnings(self) -> list[str]:
        """Reasons why an answer may be incomplete."""
        return describe_shortcomings(self.status, complete=self.complete)

    @contextlib.contextmanager
    def _report_damage(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if is_damage(error):
                raise report_unreadable(self.path, error) from error
            raise


class IndexReader:
    """Opens snapshots of the index below `root`. Thread-safe."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._index: tantivy.Index | None = None
        self._words: tantivy.Index
        self._loaded = 0

    def open_snapshot(self) -> IndexSnapshot:
        """Open the newest commit. Raises SearchUnavailable if no index can be read."""
        path, searcher, words, state = self._load_newest()
        return IndexSnapshot(path, searcher, words, state.complete, IndexStatus.read(self.root))

    def _load_newest(self) -> tuple[Path, tantivy.Searcher, tantivy.Searcher, IndexState]:
        path = index_files.read_current(self.root)
        if path is None:
            raise make_unavailable()
        with self._lock:
            try:
                # Every commit writes this file; its time costs a microsecond to read.
                committed = (path / "meta.json").stat().st_mtime_ns
                state = IndexState.read(path)
                if state is None:
                    raise make_unavailable()
                if self._index is None or path != self._path:
                    self._open(path, state)
                elif committed != self._loaded:
                    self._words.reload()
                    self._index.reload()
                assert self._index is not None
                self._loaded = committed
                return path, self._index.searcher(), self._words.searcher(), state
            except FileNotFoundError:
                raise make_unavailable() from None
            except (ValueError, OSError) as error:
                self._index = None
                raise report_unreadable(path, error) from error

    def _open(self, path: Path, state: IndexState) -> None:
        if (state.format, state.archive) != (FORMAT, str(identity().archive)):
            raise make_unavailable()
        index = tantivy.Index(get_schema(), str(path), reuse=True)
        index.config_reader("manual")
        index.reload()
        self._words = vocabulary.open_vocabulary(path)
        self._path, self._index = path, index


_readers: dict[Path, IndexReader] = {}


def open_index() -> IndexSnapshot:
    """Open the newest commit of this machine's index. Raises SearchUnavailable if it cannot be
    read."""
    root = index_files.get_root()
    return _readers.setdefault(root, IndexReader(root)).open_snapshot()
