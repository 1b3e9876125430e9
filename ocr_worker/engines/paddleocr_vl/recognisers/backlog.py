"""What was asked of a recogniser's process and waits for its answer."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from documents.errors import EngineFailed, ReadingTimeout
from documents.messages import Message

from .base import BlockImage, Limits, Recognised
from .errors import RecogniserLost


@dataclass
class Request:
    """The blocks of a page. `sent`: to how many processes. `ends_at`: by time.monotonic()."""

    blocks: Sequence[BlockImage]
    limits: Limits
    ends_at: float
    answer: Future[tuple[Recognised, ...]]
    sent: int = 0


class Backlog:
    """Requests by their number. `lock` is for those that must see it unchanged for a while."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._requests: dict[int, Request] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._requests)

    def add(
        self,
        blocks: Sequence[BlockImage],
        limits: Limits,
        answer: Future[tuple[Recognised, ...]],
    ) -> tuple[int, Request]:
        request = Request(blocks, limits, time.monotonic() + limits.seconds, answer)
        with self.lock:
            number = next(self._numbers)
            self._requests[number] = request
        return number, request

    def items(self) -> list[tuple[int, Request]]:
        with self.lock:
            return list(self._requests.items())

    def take(self, number: int) -> Request | None:
        with self.lock:
            return self._requests.pop(number, None)

    def has_waited(self, seconds: float) -> bool:
        """Whether a request is unanswered so long after its limit."""
        now = time.monotonic()
        return any(now > request.ends_at + seconds for _, request in self.items())

    def fail_late(self) -> None:
        """What ran out of time while a process hung, died or loaded is not sent to another, which
        would be taken for hung before it could answer."""
        now = time.monotonic()
        for request in self._take_all(lambda each: each.ends_at <= now):
            request.answer.set_exception(ran_out_of_time())

    def fail_second_tries(self) -> None:
        """What a second process has died over fails; the rest is sent to the next one."""
        for request in self._take_all(lambda each: each.sent > 1):
            request.answer.set_exception(died_twice())

    def fail_all(self) -> None:
        for request in self._take_all(lambda each: True):
            request.answer.set_exception(RecogniserLost())

    def _take_all(self, wanted: Callable[[Request], bool]) -> list[Request]:
        with self.lock:
            numbers = [number for number, each in self._requests.items() if wanted(each)]
            return [self._requests.pop(number) for number in numbers]


def ran_out_of_time() -> ReadingTimeout:
    return ReadingTimeout(Message("PaddleOCR-VL ran out of time on this page. It is tried again."))


def died_twice() -> EngineFailed:
    return EngineFailed(Message("The recogniser’s process ended twice while it read this page."))
