"""The one process of a machine that writes its index: it follows the database's changes.

It takes an index that is there, whole and of this archive; else it begins another, and searches
go on in the old one where that can still be read, else in the new one as it grows. Whatever stops
it, at whatever moment: what was committed stays, and the rest is told again by the database.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from pathlib import Path

import structlog
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from documents.models import Document
from documents.models.identity import identity
from documents.search.index import change_feed, index_files, integrity, reader
from documents.search.index.index_files import IndexState, IndexStatus
from documents.search.index.notify import Telling, Told
from documents.search.index.schema import FORMAT
from documents.search.index.writer import Generation

log = structlog.get_logger(__name__)

#: Seconds between two looks for changes, and for how long an index is built between them.
POLL, SLICE = 0.25, 0.25
#: Seconds between two looks when a change was found in the last few seconds.
POLL_LATELY, LATELY = 0.05, 3.0
#: Seconds between two commits of a build: each makes a segment, which is merged with others later.
SETTLED_EVERY = 3.0
#: Documents that are brought in at a time while an index is built, and pages, unless one document
#: has more: what changes meanwhile waits for them.
BUILT_AT_ONCE, PAGES_BUILT_AT_ONCE = 100, 200
#: Seconds until the next try when something is away (the database, room on the disk).
PAUSE = 2.0
#: Seconds between two reports, and between two removals of old change rows.
REPORT_EVERY, FORGET_EVERY = 1.0, 3600.0
#: Seconds between two looks whether a file was cut.
LOOK_EVERY = 10.0
#: An index that fails so often in a row is given up.
FAILURES = 3


class Follower:
    """`new`: told of documents that changed, once what they say can be found; after a kill, of some
    a second time."""

    def __init__(self, root: Path, stopping: threading.Event, new: Told | None = None) -> None:
        self.root, self.stopping = root, stopping
        self._telling = Telling(new)
        self.served: Generation | None = None
        self.building: Generation | None = None
        self._lag = 0.0
        self._failures = 0
        self._last_change = 0.0
        self._next_report = self._next_forget = self._next_look = 0.0

    @property
    def is_behind(self) -> bool:
        """Whether there is something that it has not done yet, as far as it knows."""
        return self.building is not None or self._telling.waits

    def run(self) -> None:
        """Until it is asked to stop. Another process that writes is waited for."""
        lock: int | None = None
        while not self.stopping.is_set():
            try:
                if lock is None or not index_files.holds(self.root, lock):
                    lock = self._hold(lock)
                    continue
                close_old_connections()
                busy = self.step()
            except DatabaseError as error:
                self._fail("The database does not answer.", error)
                connections.close_all()
            except BaseException as error:
                if not reader.is_index_error(error):
                    raise
                self._fail("The index can't be written.", error)
                self._give_up_a_damaged_one(error)
            else:
                self._failures = 0
                # More often while pages come in: then a page waits for its commit only.
                lately = time.monotonic() - self._last_change < LATELY
                self.stopping.wait(0 if busy else POLL_LATELY if lately else POLL)
        connections.close_all()

    def _hold(self, lock: int | None) -> int | None:
        """The lock, once no other process has it. `lock`: one whose file was deleted."""
        if lock is not None:
            self.served = self.building = None
            os.close(lock)
        held = index_files.hold(self.root)
        if held is None:
            self.stopping.wait(POLL)
        else:
            log.info("search_follows", directory=str(self.root))
        return held

    def step(self) -> bool:
        """One look: what changed is brought in, an index that is being built grows. Whether there
        is more to do at once."""
        self._choose()
        busy = False
        followed = [each for each in (self.served, self.building) if each is not None]
        for generation in followed:
            busy = self._follow(generation) or busy
        self._telling.step()
        if not self._telling.waits:
            for generation in followed:
                generation.remember_followed()
        if self.building is not None:
            busy = self._build(self.building) or busy
        self._report()
        if time.monotonic() >= self._next_forget:
            self._next_forget = time.monotonic() + FORGET_EVERY
            change_feed.forget_old()
        return busy or self._telling.is_due

    def _choose(self) -> None:
        """See that there is an index to follow, or one being built."""
        if self.building is not None and not self._is_good(self.building.directory):
            self.building = None  # somebody deleted it, or a reader can't read it
        if self.served is not None and not self._is_good(self.served.directory):
            self.served = None
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_EVERY
            self._look_for_damage()
        if self.served is None and self.building is None:
            self._open_or_begin()
        building = self.building.directory if self.building else None
        if index_files.rebuild_asked(self.root, building):
            log.info("search_rebuild_asked")
            self.building = None
            self._begin()

    def _look_for_damage(self) -> None:
        """A file that was cut would be noticed only by the one question that needs its end."""
        for generation in filter(None, (self.served, self.building)):
            if cut := integrity.cut_files(generation.directory):
                log.error("search_index_damaged", files=cut)
                index_files.report_damage(generation.directory)
                self.served = self.building = None

    def _is_good(self, path: Path) -> bool:
        return IndexState.read(path) is not None and not index_files.damage_reported(path)

    def _open_or_begin(self) -> None:
        path = index_files.current(self.root)
        state = IndexState.read(path) if path else None
        archive = str(identity().archive)
        usable = path is not None and state is not None and self._is_good(path)
        if not usable or state is None or path is None:
            log.warning("search_index_missing_or_damaged")
        elif (state.format, state.archive) != (FORMAT, archive):
            log.warning("search_index_of_another_format_or_archive", format=state.format)
        else:
            opened = self._opened(path, state)
            if opened is not None and not change_feed.continues(state.position):
                log.warning("search_index_is_not_of_this_database")
                self._begin()  # the old one is searched until the new one is there
                return
            if opened is not None and state.complete:
                self.served = opened
                index_files.remove_others(self.root, path)
                return
            if opened is not None:
                self.building = opened
                return
        self._begin(serve=True)

    def _opened(self, path: Path, state: IndexState) -> Generation | None:
        try:
            if cut := integrity.cut_files(path):
                raise ValueError(f"cut files: {', '.join(cut)}")
            return Generation(path, state)
        except (ValueError, OSError) as error:
            if reader.is_of_the_machine(error):
                raise
            log.warning("search_index_damaged", reason=str(error))
            return None

    def _begin(self, *, serve: bool = False) -> None:
        """Start an index. `serve`: there is no other that could be searched meanwhile."""
        index_files.forget_damage(self.root)
        served = self.served.directory if self.served else index_files.current(self.root)
        index_files.remove_others(self.root, None if serve else served)
        path = index_files.new_generation(self.root)
        state = IndexState(
            FORMAT,
            str(identity().archive),
            position=change_feed.now(),
            documents=Document.objects.filter(trashed_at=None).count(),
        )
        state.write(path)
        index_files.begin_asked(self.root, path)
        self.building = Generation(path, state)
        if serve:
            index_files.set_current(self.root, path)
        log.info("search_index_begun", documents=state.documents)

    def _follow(self, generation: Generation) -> bool:
        """Bring in what changed, as much as can be found soon. Whether more waits."""
        found = generation.feed.read()
        if found.documents:
            self._last_change = time.monotonic()
        elif not generation.waiting:
            generation.feed.settle(found)
            return False
        if generation.built_to != generation.state.built_to:
            # A document is brought once between two commits.
            generation.settle_build()
        oldest = min(filter(None, (found.oldest, *generation.waiting.values())))
        brought = generation.bring_changed(found.documents, found.oldest or oldest)
        generation.commit()
        generation.feed.settle(found)
        if generation is self.served or self.served is None:
            self._lag = (timezone.now() - oldest).total_seconds()
            self._telling.add(brought)
        return found.more or bool(generation.waiting)

    def _build(self, generation: Generation) -> bool:
        until = time.monotonic() + SLICE
        while time.monotonic() < until:
            documents = _after(generation.built_to)
            if not documents:
                generation.settle_build(complete=True)
                self._finish(generation)
                return False
            generation.bring(documents)
            generation.built_to = documents[-1].hex
            generation.built += len(documents)
        if time.monotonic() - generation.settled_at > SETTLED_EVERY:
            generation.settle_build()
        return True

    def _finish(self, generation: Generation) -> None:
        index_files.set_current(self.root, generation.directory)
        if not index_files.rebuild_asked(self.root, generation.directory):
            index_files.forget_rebuild(self.root)
        if self.served is not None:
            self.served.close()
        self.served, self.building = generation, None
        index_files.remove_others(self.root, generation.directory)
        # How far an index that was lost had told is lost with it.
        self._telling.add(change_feed.lately_changed())
        log.info("search_index_built", entries=generation.entries)

    def _report(self, state: str = "", detail: str = "") -> None:
        if not detail and time.monotonic() < self._next_report:
            return
        self._next_report = time.monotonic() + REPORT_EVERY
        shown = self.served or self.building
        built = self.building.state if self.building else None
        IndexStatus(
            state or ("building" if built else "following"),
            entries=shown.entries if shown else 0,
            lag=self._lag,
            built=self.building.built if self.building else 0,
            documents=built.documents if built else 0,
            detail=detail,
        ).write(self.root)

    def _fail(self, what: str, error: BaseException) -> None:
        log.error("search_not_followed", what=what, reason=str(error))
        # What was begun and not committed is forgotten; it is opened anew.
        self.served = self.building = None
        try:
            self._report("failing", f"{what} {error}")
        except OSError:
            log.error("search_status_not_written")
        self.stopping.wait(PAUSE)

    def _give_up_a_damaged_one(self, error: BaseException) -> None:
        """What fails each time it is opened anew will go on to; a full disk is not its fault."""
        self._failures += 1
        path = index_files.current(self.root)
        if self._failures >= FAILURES and path is not None and not reader.is_of_the_machine(error):
            index_files.report_damage(path)


def _after(built_to: str) -> list[uuid.UUID]:
    """The next documents in the order of their ids."""
    later = {"id__gt": uuid.UUID(built_to)} if built_to else {}
    documents = Document.objects.filter(trashed_at=None, **later).order_by("id")
    found: list[uuid.UUID] = []
    pages = 0
    for document, count in documents.values_list("id", "page_count")[:BUILT_AT_ONCE]:
        pages += count or 1
        if found and pages > PAGES_BUILT_AT_ONCE:
            break
        found.append(document)
    return found
