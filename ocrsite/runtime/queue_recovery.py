"""Moves the queue's files aside when its server refuses them.

Messages are wake-ups and the database knows all the work, so an empty queue loses nothing.
"""

from __future__ import annotations

import time
from pathlib import Path

import structlog

log = structlog.get_logger("ocrsite")

#: A queue server that exits with an error this soon (seconds), this often, refuses its files.
_REFUSED_WITHIN, _REFUSALS = 3.0, 3


class QueueRecovery:
    """Watches how the queue server exits; `directory` has its files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._refusals = 0
        self._is_fresh = False

    def handle_exit(self, status: int, lived: float) -> None:
        """The server exited with `status` (negative: a signal) after `lived` seconds."""
        if status <= 0 or lived >= _REFUSED_WITHIN:
            self._refusals, self._is_fresh = 0, False
            return
        self._refusals += 1
        # If an empty queue is refused as well, its files are not the cause.
        if self._refusals < _REFUSALS or self._is_fresh:
            return
        self._refusals = 0
        try:
            moved_to = move_queue_aside(self._directory)
        except OSError as error:
            log.error("queue_not_moved_aside", reason=str(error))
            return
        self._is_fresh = True
        if moved_to is not None:
            log.error("unreadable_queue_moved_aside", moved_to=str(moved_to))


def move_queue_aside(directory: Path) -> Path | None:
    """Rename a queue's `directory`; returns its new path. `directory` exists and is empty then.

    None, and nothing is renamed, where it holds no content that a server could refuse. Raises
    OSError.
    """
    moved_to = None
    if any(path.is_file() and path.stat().st_size for path in directory.rglob("*")):
        moved_to = directory.with_name(f"{directory.name}-unreadable-{int(time.time())}")
        directory.rename(moved_to)
    directory.mkdir(mode=0o700, exist_ok=True)
    return moved_to
