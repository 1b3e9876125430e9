"""The watched folder: which of its files are whole, and so may be taken.

    inbox/                     files, and folders of files: what waits
    inbox/done/                what was taken in, under the path that it had
    inbox/refused/             what was not, each with a note beside it that says why
    inbox/.ocrsite/            what is being taken in (see `claims`)

Every look reads the whole folder: nothing announces changes on a network share.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

DONE, REFUSED, WORK = "done", "refused", ".ocrsite"

#: A file is whole when it has not changed for so many seconds; an empty one may still be filled.
QUIET_SECONDS, EMPTY_SECONDS = 5.0, 60.0
#: Folders in folders, and files that one look takes note of.
MOST_DEEP, MOST_FILES = 10, 20_000

#: What programs write while they copy, download or edit.
_UNFINISHED = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".filepart",
    ".download",
    ".!ut",
)
_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Look:
    """What a look found. `whole`: paths relative to the folder, in order; `waiting`: the number of
    files that are not whole yet."""

    whole: tuple[PurePosixPath, ...]
    waiting: int


@dataclass(frozen=True)
class _Seen:
    size: int
    changed_ns: int
    since: float


class WatchedFolder:
    """`root`: the folder. Remembers from look to look which files change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._seen: dict[PurePosixPath, _Seen] = {}

    def prepare(self) -> None:
        """Make the folder, so that somebody can put files into it. Raises OSError."""
        (self.root / WORK).mkdir(parents=True, exist_ok=True)

    def look(self) -> Look:
        """Which files may be taken now. Raises OSError where the folder can't be read."""
        now = time.monotonic()
        seen: dict[PurePosixPath, _Seen] = {}
        whole = []
        for path, status in self._files():
            before = self._seen.get(path)
            size, changed = status.st_size, status.st_mtime_ns
            if before is None or (before.size, before.changed_ns) != (size, changed):
                seen[path] = _Seen(size, changed, now)
                continue
            seen[path] = before
            if now - before.since >= (QUIET_SECONDS if size else EMPTY_SECONDS):
                whole.append(path)
        self._seen = seen
        return Look(tuple(sorted(whole)), len(seen) - len(whole))

    def _files(self) -> Iterator[tuple[PurePosixPath, os.stat_result]]:
        """At most MOST_FILES. Raises OSError for the folder itself; one below that can't be read
        or has gone is left out."""
        found = 0
        folders = [PurePosixPath()]
        while folders:
            folder = folders.pop()
            try:
                entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
            except OSError:
                if not folder.parts:
                    raise
                continue
            for entry in entries:
                path = folder / entry.name
                if _is_left_alone(path):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if len(path.parts) <= MOST_DEEP:
                            folders.append(path)
                        continue
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                yield path, status
                found += 1
                if found == MOST_FILES:
                    return


def _is_left_alone(path: PurePosixPath) -> bool:
    if len(path.parts) == 1 and path.name in (DONE, REFUSED):
        return True
    name = path.name.lower()
    return name.startswith((".", "~$")) or name.endswith(_UNFINISHED) or name in _OF_SYSTEMS
