"""Watches the folder in a thread of its own and takes in what is put there."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import structlog
from django.db import close_old_connections, connections
from django.utils import translation

from documents.actions.take_in import take_in
from documents.errors import ArchiveError
from documents.messages import Message
from documents.watched_folder import Claimed, WatchedFolder
from documents.watched_folder.claims import claim, put_back_lost

log = structlog.get_logger(__name__)

#: Seconds between two looks, and until the next one where the archive can't take files now.
EVERY_SECONDS, PAUSE_SECONDS = 2.0, 30.0
#: Looks between two searches for claims that have lost their process.
_LOST_EVERY = 15
#: How often a file is tried that fails for a reason that is nobody's fault.
MOST_TRIES = 3


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
        self._tries: Counter[PurePosixPath] = Counter()
        self._looks = 0
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
        found = self._folder.look()
        self._report("", found.waiting)
        for path in found.whole:
            if self._stopping.is_set():
                break
            claimed = claim(root, path)
            if claimed is not None and not self._take(claimed):
                return False
        return True

    def _take(self, claimed: Claimed) -> bool:
        try:
            uploaded = take_in(claimed)
        except ArchiveError as error:
            if not error.permanent:
                claimed.put_back()
                log.warning("folder_waits", file=str(claimed.path), code=error.code)
                return False
            self._refuse(claimed, error)
            return True
        except Exception:
            log.exception("file_not_taken", file=str(claimed.path))
            self._tries[claimed.path] += 1
            if self._tries[claimed.path] < MOST_TRIES:
                claimed.put_back()
                return False
            self._refuse(claimed, None)
            return True
        self._tries.pop(claimed.path, None)
        with contextlib.suppress(FileNotFoundError):  # put back as lost: it is found again
            claimed.finish(keep=self._keep)
        log.info(
            "file_taken",
            file=str(claimed.path),
            document=str(uploaded.document.id),
            created=uploaded.created,
        )
        return True

    def _refuse(self, claimed: Claimed, error: ArchiveError | None) -> None:
        claimed.refuse(write_note(claimed.path.name, error))
        self._tries.pop(claimed.path, None)
        log.warning(
            "file_refused",
            file=str(claimed.path),
            code=error.code if error else "unknown",
        )

    def _report(self, problem: str, waiting: int = 0) -> None:
        if problem != self.state.problem:
            if problem:
                log.error("folder_not_watched", problem=problem)
            else:
                log.info("folder_watched", folder=str(self._folder.root))
        self.state = FolderState(problem, waiting)


def write_note(name: str, error: ArchiveError | None) -> str:
    """Why a file was refused and what to do, in Russian and in English."""
    why = error.message if error else Message("The file could not be taken in. Look into the log.")
    what = Message("“{name}” was not taken into the archive.", name=name)
    again = Message("To try again, move the file back into the folder above “refused”.")
    parts = []
    for language in ("ru", "en"):
        with translation.override(language):
            parts.append("\n".join(each.translated() for each in (what, why, again)))
    return "\n\n".join(parts) + "\n"
