"""Take a file of the watched folder so that nobody else does, and put it where it ends.

A claim moves the file to `.ocrsite/<claim>/<its path>`; of several processes and machines on one
share the move succeeds for one. A claim has lost its process when its directory, which the process
locks and touches while it works, is not locked any more (on this machine) or was not touched for
STALE_SECONDS (on another). Then its file goes back to where it was. It may have been taken in by
then: it is found again by its content, not doubled.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from documents.watched_folder.folder import DONE, REFUSED, WORK

#: Seconds, by the clock of the file system.
STALE_SECONDS = 120.0
_CHUNK = 2**20


class Claimed:
    """A file of `root` that is this process's. `path`: where it lay, relative to `root`."""

    def __init__(self, root: Path, claim: Path, path: PurePosixPath, lock: int) -> None:
        self.root, self.path = root, path
        self._claim, self._lock = claim, lock
        self._file = claim / path

    def read(self) -> Iterator[bytes]:
        """The content, in pieces; the claim is kept alive meanwhile. Raises OSError."""
        with self._file.open("rb") as file:
            while piece := file.read(_CHUNK):
                os.utime(self._claim)
                yield piece

    def put_back(self) -> None:
        """As if it had never been claimed. Raises OSError."""
        self._move_to(self.root / self.path)

    def finish(self, *, keep: bool) -> None:
        """It was taken in: move it into `done/`, or remove it. Raises OSError."""
        if keep:
            self._move_to(self.root / DONE / self.path)
            return
        self._file.unlink(missing_ok=True)
        self._drop()

    def refuse(self, note: str) -> Path:
        """Put it aside, with `note` in a text file beside it. Returns where. Raises OSError."""
        place = self._move_to(self.root / REFUSED / self.path)
        text = place.with_name(f"{place.name}.txt")
        text.write_text(note, encoding="utf-8")
        text.chmod(0o644)  # for whoever put the file there
        return place

    def _move_to(self, target: Path) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        while True:
            free = _find_free(target)
            try:
                # A link is refused where somebody was faster; a move would replace their file.
                os.link(self._file, free)
            except FileExistsError:
                continue
            except OSError:  # a share without links
                os.rename(self._file, free)
            else:
                self._file.unlink()
            break
        self._drop()
        return free

    def _drop(self) -> None:
        shutil.rmtree(self._claim, ignore_errors=True)
        os.close(self._lock)


def claim(root: Path, path: PurePosixPath) -> Claimed | None:
    """The file at `path` below `root`; None where it has gone, or another process has it."""
    directory = root / WORK / f"{_machine()}-{uuid.uuid4().hex}"
    taken = directory / path
    directory.mkdir()
    lock = _lock(directory)
    try:
        taken.parent.mkdir(parents=True, exist_ok=True)
        os.rename(root / path, taken)
        os.utime(directory)
    except FileNotFoundError:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)
        return None
    return Claimed(root, directory, path, lock)


def put_back_lost(root: Path) -> int:
    """Put back the files of claims that have lost their process. Returns the number."""
    now = _clock_of(root)
    count = 0
    for directory in sorted((root / WORK).glob("*/")):
        with contextlib.suppress(FileNotFoundError):  # its process, or another machine, was faster
            if _is_lost(directory, now):
                count += _put_back_files(root, directory)
    return count


def _put_back_files(root: Path, directory: Path) -> int:
    files = [each for each in directory.rglob("*") if each.is_file()]
    for file in files:
        path = PurePosixPath(file.relative_to(directory))
        Claimed(root, directory, path, os.open(directory, os.O_RDONLY)).put_back()
    shutil.rmtree(directory, ignore_errors=True)
    return len(files)


def _is_lost(directory: Path, now: float) -> bool:
    """Raises FileNotFoundError where the claim has ended."""
    if now - directory.stat().st_mtime >= STALE_SECONDS:
        return True
    if not directory.name.startswith(f"{_machine()}-"):
        return False
    try:
        os.close(_lock(directory))
    except BlockingIOError:
        return False
    return True


def _lock(directory: Path) -> int:
    """Raises BlockingIOError where a process of this machine has it."""
    lock = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(lock)
        raise
    return lock


@functools.cache
def _machine() -> str:
    """Differs between two running systems: only inside one do locks say whether a process lives."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    except OSError:
        return uuid.uuid4().hex[:8]


def _clock_of(root: Path) -> float:
    """The time by the clock that the folder's file system stamps files with."""
    probe = root / WORK / f"clock-{uuid.uuid4().hex}"
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _find_free(path: Path) -> Path:
    """`path`, or where something lies there, "name (2).pdf", "name (3).pdf", ..."""
    free, number = path, 1
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
