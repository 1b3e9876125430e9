"""Upload what appears in a folder, once each file is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

#: Names that scanners and programs give to files they are still writing.
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


def find_files(folder: Path) -> list[Path]:
    """Files directly in the folder that could be finished, the oldest first."""
    found = [
        path
        for path in folder.iterdir()
        if path.is_file()
        and not path.name.startswith((".", "~"))
        and not path.name.lower().endswith(_UNFINISHED)
    ]
    return sorted(found, key=lambda path: path.stat().st_mtime)


def finished_files(
    folder: Path, *, every: float, once: bool = False, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Path]:
    """Each file when its size and time have not changed between two looks, `every` seconds apart.

    Folders are looked through, not subscribed to: shares over a network announce nothing. `once`:
    ends when nothing is left to wait for.
    """
    seen: dict[Path, tuple[int, int]] = {}
    taken: dict[Path, tuple[int, int]] = {}
    while True:
        waits = False
        for path in find_files(folder):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            facts = (status.st_size, status.st_mtime_ns)
            if taken.get(path) == facts:
                continue
            if seen.get(path) == facts and status.st_size:
                taken[path] = facts
                yield path
            else:
                seen[path] = facts
                waits = waits or bool(status.st_size)
        if once and not waits:
            return
        sleep(every)
