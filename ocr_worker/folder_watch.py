"""Watches the folder in a thread of its own and takes in what is put there."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import structlog
from django.db import close_old_connections, connections
from django.utils import translation

from documents.actions.report_folder import (
    files_to_put_back,
    note_file,
    note_folder,
    report_look,
)
from documents.actions.take_in import take_in
from documents.actions.take_item import fail_item, take_item
from documents.errors import ArchiveError, IntakeFailed, SourceItemGone
from documents.messages import Message
from documents.models import ItemStatus, Source, SourceItem
from documents.watched_folder import Claimed, WatchedFolder
from documents.watched_folder.claims import claim, put_back_lost

log = structlog.get_logger(__name__)

#: Seconds between two looks, and until the next one where the archive can't take files now.
EVERY_SECONDS, PAUSE_SECONDS = 2.0, 30.0
#: Looks between two searches for claims that have lost their process.
_LOST_EVERY = 15
#: Seconds between two reports where nothing has changed.
_REPORT_EVERY = 30.0


@dataclass(frozen=True)
class FolderState:
    """`problem`: why the folder can't be watched, "" where it is. `waiting`: files that are not
    whole yet."""

    problem: str = ""
    waiting: int = 0


class FolderWatch:
    """`stopping`: set when no further file may be taken."""

    def __init__(self, root: Path, *, keep: bool, stopping: threading.Event) -> None:
        self._folder, self._keep, self._stopping = WatchedFolder(root), keep, stopping
        self._looks = 0
        self._reported_at = -_REPORT_EVERY
        self._source: Source | None = None
        self.state = FolderState()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="watched folder", daemon=True).start()

    def _watch(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            close_old_connections()
            try:
                pause = EVERY_SECONDS if self.look() else PAUSE_SECONDS
            except OSError as error:
                self._report(f"{error.strerror or error} ({self._folder.root})")
                pause = PAUSE_SECONDS
            except Exception:
                log.exception("folder_not_looked_at")
                pause = PAUSE_SECONDS
        connections.close_all()

    def look(self) -> bool:
        """Take in every file that is whole; whether the archive could take them all now.

        Raises OSError where the folder can't be used.
        """
        root = self._folder.root
        if not self._looks % _LOST_EVERY:
            self._folder.prepare()
            if lost := put_back_lost(root):
                log.warning("folder_files_put_back", files=lost)
        self._looks += 1
        source = self._read_source()
        if not source.enabled:
            return True
        for item in files_to_put_back(source):
            self._put_back(item)
        found = self._folder.look()
        self._report("", found.waiting)
        for path in found.whole:
            if self._stopping.is_set():
                break
            claimed = claim(root, path)
            if claimed is not None and not self._take(claimed, source):
                return False
        return True

    def _take(self, claimed: Claimed, source: Source) -> bool:
        """Whether the archive could take it, or refuse it."""
        try:
            item = note_file(source, claimed.path)
            take_item(item, lambda _item: take_in(claimed), marked=False)
        except ArchiveError as error:
            claimed.put_back()
            log.warning("folder_waits", file=str(claimed.path), code=error.code)
            return False
        except Exception:
            claimed.put_back()
            raise
        if item.status == ItemStatus.WAITING:
            claimed.put_back()
            return False
        if item.status == ItemStatus.TAKEN:
            with contextlib.suppress(FileNotFoundError):  # put back as lost: it is found again
                claimed.finish(keep=self._keep)
            return True
        place = claimed.refuse(write_note(claimed.path.name, item))
        item.locator = {"refused": str(place.relative_to(self._folder.root))}
        item.save(update_fields=["locator"])
        return True

    def _put_back(self, item: SourceItem) -> None:
        """A refused file goes where it was; the look finds it there. Of several machines one does;
        the row goes, for the file gets one when it is found."""
        root = self._folder.root
        refused = root / item.locator["refused"]
        target = root / PurePosixPath(item.place)
        if not refused.is_file():
            gone = Message("The file is not in the folder “refused” any more.")
            fail_item(item, SourceItemGone(gone), marked=False)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target = target.with_name(refused.name)
        with contextlib.suppress(FileNotFoundError):  # another machine was faster
            refused.rename(target)
            refused.with_name(f"{refused.name}.txt").unlink(missing_ok=True)
        item.delete()

    def _read_source(self) -> Source:
        """Its row as it is now: somebody may have paused it."""
        if self._source is None:
            self._source = note_folder(self._folder.root, keep=self._keep)
        else:
            try:
                self._source.refresh_from_db(fields=["enabled"])
            except Source.DoesNotExist:
                self._source = note_folder(self._folder.root, keep=self._keep)
        return self._source

    def _report(self, problem: str, waiting: int = 0) -> None:
        state = FolderState(problem, waiting)
        if problem != self.state.problem:
            if problem:
                log.error("folder_not_watched", problem=problem)
            else:
                log.info("folder_watched", folder=str(self._folder.root))
        changed, self.state = state != self.state, state
        if changed or time.monotonic() - self._reported_at > _REPORT_EVERY:
            self._reported_at = time.monotonic()
            try:
                report_look(self._read_source(), problem, waiting)
            except Exception:  # what /health says does not hang on the database
                log.exception("folder_not_reported")


def write_note(name: str, item: SourceItem) -> str:
    """Why a file was refused and what to do, in Russian and in English."""
    why: Message = item.error_text
    if item.error_code == IntakeFailed.code:
        why = Message("The file could not be taken in. Look into the log.")
    what = Message("“{name}” was not taken into the archive.", name=name)
    again = Message("To try again, move the file back into the folder above “refused”.")
    parts = []
    for language in ("ru", "en"):
        with translation.override(language):
            parts.append("\n".join(each.translated() for each in (what, why, again)))
    return "\n\n".join(parts) + "\n"
