"""A circuit breaker: when to stop asking a service that does not answer, and for how long.

Pure. Times are seconds of a monotonic clock.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from documents.bucket.errors import BucketBusy, BucketError, BucketOpen, BucketUnreachable
from documents.messages import Message

Clock = Callable[[], float]

#: Outcomes without an answer. Any other is an answer, if only a refusal.
_NO_ANSWER = (BucketUnreachable, BucketBusy, TimeoutError)


class Breaker:
    """A circuit breaker, for all threads of a process.

    Closed: everything passes. After `failures` in a row without an answer it is open: for
    `seconds` nothing passes, so that no caller waits in vain. Then one passes as a trial: an answer
    closes the breaker, none opens it for twice as long as before, at most `longest` seconds.
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
        self._trial_under_way = False

    @property
    def seconds_left(self) -> float:
        """Seconds until a call may pass; 0 where one may pass now."""
        with self._lock:
            if self._until is None:
                return 0.0
            return max(0.0, self._until - self._clock())

    def record_answer(self) -> None:
        """Close the breaker: the service has answered another caller."""
        self._leave(False, True)

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Count the outcome of the block.

        Raises BucketOpen instead of entering it while the breaker is open, or while another thread
        makes the trial.
        """
        is_trial = self._enter()
        try:
            yield
        except _NO_ANSWER as error:
            # One breaker inside another: a call that was not made has no outcome.
            self._leave(is_trial, None if isinstance(error, BucketOpen) else False)
            raise
        except Exception as error:
            # A refusal is an answer; an error of this machine is not.
            self._leave(is_trial, True if isinstance(error, BucketError) else None)
            raise
        except BaseException:
            self._leave(is_trial, None)
            raise
        else:
            self._leave(is_trial, True)

    def _enter(self) -> bool:
        """Whether this call is the trial of an open breaker. Raises BucketOpen."""
        with self._lock:
            if self._until is None:
                return False
            left = self._until - self._clock()
            if left > 0 or self._trial_under_way:
                raise BucketOpen(_open_message(left))
            self._trial_under_way = True
            return True

    def _leave(self, is_trial: bool, answered: bool | None) -> None:
        """`answered`: None where the outcome says nothing about the service."""
        with self._lock:
            if is_trial:
                self._trial_under_way = False
            if answered:
                self._failed, self._pause, self._until = 0, 0.0, None
            # Calls that entered before it opened and fail now are not counted again.
            elif answered is False and (is_trial or self._until is None):
                self._failed += 1
                if is_trial or self._failed >= self._allowed:
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


#: The breaker of this process for the bucket.
shared = Breaker()
