"""Which generation is served and which is being built: open, start, complete and drop them."""

from __future__ import annotations

import time
from pathlib import Path

import structlog

from documents.models import Document
from documents.models.identity import identity
from documents.search.index import change_feed, index_files, index_flags, integrity
from documents.search.index.generation import Generation
from documents.search.index.index_errors import is_resource_error
from documents.search.index.index_state import IndexState
from documents.search.index.schema import FORMAT

log = structlog.get_logger(__name__)

#: Seconds between two checks for truncated files.
CHECK_INTERVAL = 10.0


class IndexLifecycle:
    """`served`: a complete generation. `building`: its successor, or the first one, which is
    searched while it grows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.served: Generation | None = None
        self.building: Generation | None = None
        self._next_check = 0.0

    @property
    def generations(self) -> list[Generation]:
        return [each for each in (self.served, self.building) if each is not None]

    def ensure_generation(self) -> None:
        """Open the current generation or start another, as needed or requested."""
        # A directory may have been deleted, or reported as damaged by a process that searches.
        if self.building is not None and not _is_usable(self.building.directory):
            self.building = None
        if self.served is not None and not _is_usable(self.served.directory):
            self.served = None
        if time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + CHECK_INTERVAL
            self._check_files()
        if self.served is None and self.building is None:
            self._open_or_start()
        building = self.building.directory if self.building else None
        if index_flags.is_rebuild_requested(self.root, building):
            log.info("search_rebuild_requested")
            self.building = None
            self._start_build()

    def complete_build(self) -> None:
        """Serve the generation that was built, and remove its predecessor."""
        built = self.building
        assert built is not None
        index_files.set_current(self.root, built.directory)
        if not index_flags.is_rebuild_requested(self.root, built.directory):
            index_flags.clear_rebuild(self.root)
        if self.served is not None:
            self.served.close()
        self.served, self.building = built, None
        index_files.remove_other_generations(self.root, built.directory)
        log.info("search_index_built", entries=built.entry_count)

    def drop(self) -> None:
        """Forget what was written and not committed; the next step opens the files again."""
        self.served = self.building = None

    def _check_files(self) -> None:
        """A truncated file would otherwise fail only the query that needs its end."""
        for generation in self.generations:
            if truncated := integrity.find_truncated_files(generation.directory):
                log.error("search_index_damaged", files=truncated)
                index_flags.report_damage(generation.directory)
                self.drop()

    def _open_or_start(self) -> None:
        path = index_files.read_current(self.root)
        if path is None:
            log.info("search_index_created")
            self._start_build(serve=True)
            return
        state = IndexState.read(path)
        if state is None or not _is_usable(path):
            log.warning("search_index_missing_or_damaged", generation=path.name)
        elif (state.format, state.archive) != (FORMAT, str(identity().archive)):
            log.warning("search_index_not_of_this_archive", format=state.format)
        elif generation := self._open(path, state):
            if not change_feed.is_continued(state.position):
                log.warning("search_index_not_of_this_database")
                self._start_build()  # the old one is searched until the new one is complete
            elif state.complete:
                self.served = generation
                index_files.remove_other_generations(self.root, path)
            else:
                self.building = generation
            return
        self._start_build(serve=True)

    def _open(self, path: Path, state: IndexState) -> Generation | None:
        try:
            if truncated := integrity.find_truncated_files(path):
                raise ValueError(f"truncated files: {', '.join(truncated)}")
            return Generation(path, state)
        except (ValueError, OSError) as error:
            if is_resource_error(error):
                raise
            log.warning("search_index_damaged", reason=str(error))
            return None

    def _start_build(self, *, serve: bool = False) -> None:
        """Create a generation to build. `serve`: no other can be searched meanwhile."""
        index_flags.clear_damage(self.root)
        served = self.served.directory if self.served else index_files.read_current(self.root)
        index_files.remove_other_generations(self.root, None if serve else served)
        path = index_files.create_generation(self.root)
        state = IndexState(
            FORMAT,
            str(identity().archive),
            position=change_feed.read_position(),
            documents=Document.objects.listed().count(),
        )
        state.write(path)
        index_flags.assign_rebuild(self.root, path)
        self.building = Generation(path, state)
        if serve:
            index_files.set_current(self.root, path)
        log.info("search_build_started", documents=state.documents)


def _is_usable(path: Path) -> bool:
    return IndexState.read(path) is not None and not index_flags.is_reported_damaged(path)
