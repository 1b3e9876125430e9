"""A check that runs in a thread of its own while something asks for its result. Pure.

For checks that may hang (a bucket, a database): the caller gets the newest finished result at once,
or waits for the next one for as long as it can afford.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class BackgroundCheck(Generic[T]):
    """The newest result of a check, and the thread that makes the next one.

    `every`: seconds from the end of one run to the start of the next; nothing runs while nothing
    asks. Runs never overlap. A run that raises leaves the newest result as it is; the exception
    goes to `threading.excepthook`.
    """

    def __init__(self, name: str, *, every: float) -> None:
        self._name, self._every = name, every
        self._condition = threading.Condition()
        self._running = False
        self._due = float("-inf")
        self._newest: T | None = None
        self._finished_at = float("-inf")

    def ask(self, check: Callable[[], T], *, patience: float = 0.0) -> tuple[T | None, float]:
        """The newest result (None before the first) and its age in seconds.

        Starts `check` where it is due, and waits at most `patience` seconds for the run to end.
        `check` closes what it opens in its thread, database connections included.
        """
        with self._condition:
            if not self._running and time.monotonic() >= self._due:
                self._running = True
                threading.Thread(
                    target=self._run, args=(check,), name=self._name, daemon=True
                ).start()
            if self._running and patience > 0:
                self._condition.wait_for(lambda: not self._running, timeout=patience)
            return self._newest, time.monotonic() - self._finished_at

    def _run(self, check: Callable[[], T]) -> None:
        try:
            result = check()
            with self._condition:
                self._newest, self._finished_at = result, time.monotonic()
        finally:
            with self._condition:
                self._running = False
                self._due = time.monotonic() + self._every
                self._condition.notify_all()
