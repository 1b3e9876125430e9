"""Patience with something that may not answer: when to stop asking, and for how long.

Pure: nothing here knows what is asked. Times are seconds of a clock that never goes back.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from documents.bucket.errors import BucketBusy, BucketError, BucketOpen, BucketUnreachable
from documents.messages import Message

Clock = Callable[[], float]

#: What says that nobody is there. Any other outcome is an answer, if not the one hoped for.
_NO_ANSWER = (BucketUnreachable, BucketBusy, TimeoutError)


class Breaker:
    """A circuit breaker, for all threads of a process.

    Closed: everything passes. After `failures` in a row without an answer it is open: for
    `seconds` nothing passes, so nobody waits for what will not come. Then one passes, to try: an
    answer closes it, none opens it for twice as long as before, at most `longest`.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        seconds: float = 30.0,
        longest: float = 120.0,
        clock: Clock = time.monotonic,
    ) -> None:
        self._allowed = failures
        self._first = seconds
        self._longest = longest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._pause = 0.0
        self._until: float | None = None
        self._trying = False

    @property
    def seconds_left(self) -> float:
        """How long nothing will pass; 0 where something would pass now."""
        with self._lock:
            if self._until is None:
                return 0.0
            return max(0.0, self._until - self._clock())

    def heard(self) -> None:
        """Somebody else was answered: it need not be waited for any longer."""
        self._leave(False, True)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Do the asking in here; its outcome is counted. Raises BucketOpen instead of entering
        while the breaker is open, or while another thread is trying."""
        trying = self._enter()
        try:
            yield
        except _NO_ANSWER as error:
            # One breaker in another: what was not asked says nothing.
            self._leave(trying, None if isinstance(error, BucketOpen) else False)
            raise
        except Exception as error:
            # A refusal is an answer; an error of this machine's own is not.
            self._leave(trying, True if isinstance(error, BucketError) else None)
            raise
        except BaseException:
            self._leave(trying, None)
            raise
        else:
            self._leave(trying, True)

    def _enter(self) -> bool:
        """Whether this one is the try of an open breaker. Raises BucketOpen."""
        with self._lock:
            if self._until is None:
                return False
            left = self._until - self._clock()
            if left > 0 or self._trying:
                raise BucketOpen(_open_message(left))
            self._trying = True
            return True

    def _leave(self, trying: bool, answered: bool | None) -> None:
        """`answered`: None where the outcome says nothing about the other side."""
        with self._lock:
            if trying:
                self._trying = False
            if answered:
                self._failed, self._pause, self._until = 0, 0.0, None
            # Those that entered before it opened and fail now say nothing new.
            elif answered is False and (trying or self._until is None):
                self._failed += 1
                if trying or self._failed >= self._allowed:
                    self._pause = min(self._longest, self._pause * 2 or self._first)
                    self._until = self._clock() + self._pause


def _open_message(left: float) -> Message:
    if left <= 0:
        return Message(
            "The object storage did not answer several times in a row; it is being tried again."
        )
    return Message(
        "The object storage did not answer several times in a row; it is tried again in "
        "{seconds} s.",
        seconds=max(1, round(left)),
    )


#: The process's own, for whatever asks the bucket: while that is out of reach nobody waits for it.
shared = Breaker()
