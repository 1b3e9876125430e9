"""Publishes how far the start has come, also when the disk is full for a while."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import structlog

from ocrsite.runtime import start_state
from ocrsite.runtime.start_state import Start

log = structlog.get_logger("ocrsite")

#: Seconds until a failed write is repeated.
RETRY_AFTER = 2.0

#: Calls a function once, after so many seconds.
CallLater = Callable[[float, Callable[[], None]], None]


class StartPublisher:
    """`start`: the newest state, written or not."""

    def __init__(
        self, data_dir: Path, start_id: uuid.UUID, start: Start, call_later: CallLater
    ) -> None:
        self.start = start
        self._data_dir, self._start_id, self._call_later = data_dir, start_id, call_later
        self._retrying = False

    def publish(self, start: Start) -> None:
        """Write the state; where the disk does not take it, write it as soon as it does."""
        self.start = start
        if not self._retrying:
            self._write()

    def reload(self) -> Start:
        """The state with what bootstrap has added to it; the last known one if it can't be read."""
        try:
            if start_state.start_file(self._data_dir, self._start_id).exists():
                self.start = start_state.read_start(self._data_dir, self._start_id)
        except (OSError, ValueError, TypeError, KeyError):
            log.warning("start_state_unreadable", start_id=str(self._start_id))
        return self.start

    def remove(self) -> None:
        """Remove the published state. Raises OSError."""
        start_state.start_file(self._data_dir, self._start_id).unlink(missing_ok=True)

    def _write(self) -> None:
        failed_before, self._retrying = self._retrying, False
        try:
            start_state.write_start(self._data_dir, self._start_id, self.start)
        except OSError as error:
            if not failed_before:
                log.error("start_state_not_written", reason=str(error), retry_in=RETRY_AFTER)
            self._retrying = True
            self._call_later(RETRY_AFTER, self._write)
