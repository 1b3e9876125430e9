"""The files that background workers make while somebody waits: exports, joined pages, fetches."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from documents.actions.fetch import claim_fetch, run_fetch
from documents.actions.make_export import claim_export
from documents.actions.store_arranged import ArrangementClaim, claim_arrangement
from ocr_worker.arranging import run_arrangement
from ocr_worker.exporting import run_export
from ocr_worker.rendering import Renderer


class FileMakers:
    """`most`: how many threads of the process may make files at the same time. A file may take
    minutes, so the others stay free for tasks."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._making = 0
        self._fetching = threading.Lock()
        self._arrangements: dict[int, ArrangementClaim] = {}

    @property
    def busy(self) -> bool:
        return bool(self._making)

    def renew_leases(self) -> None:
        with self._lock:
            arrangements = list(self._arrangements.values())
        for arrangement in arrangements:
            arrangement.renew()

    def make_export(self, renderer: Renderer) -> bool:
        """Make an export that somebody waits for; whether one was made."""
        with self._counted() as free:
            claim = claim_export() if free else None
            if claim is None:
                return False
            run_export(claim, renderer)
            return True

    def arrange_pages(self) -> bool:
        """Put pages together that somebody waits for; whether any waited."""
        thread = threading.get_ident()
        with self._counted() as free:
            claim = claim_arrangement() if free else None
            if claim is None:
                return False
            with self._lock:
                self._arrangements[thread] = claim
            try:
                run_arrangement(claim)
            finally:
                with self._lock:
                    del self._arrangements[thread]
            return True

    def fetch_file(self) -> bool:
        """Fetch a file from an address; whether one waited. One thread at most waits for the
        network."""
        if not self._fetching.acquire(blocking=False):
            return False
        try:
            with self._counted() as free:
                fetch = claim_fetch() if free else None
                if fetch is None:
                    return False
                run_fetch(fetch)
                return True
        finally:
            self._fetching.release()

    @contextlib.contextmanager
    def _counted(self) -> Iterator[bool]:
        """Whether this thread may make a file; it counts as one that does meanwhile."""
        with self._lock:
            free = self._making < self._most
            self._making += free
        try:
            yield free
        finally:
            with self._lock:
                self._making -= free
