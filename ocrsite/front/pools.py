"""The threads in which Django runs: several pools, so that no kind of work waits for another.

`/health` never waits behind anything. What anybody may ask to be computed (log-ins) has threads of
its own, uploads have theirs, and pages, lists and edits have the largest pool. None of them ever
waits for a client: bodies are complete before, and responses are sent by the event loop.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from ocrsite.front.refusals import busy

Result = TypeVar("Result")


class Work(str, Enum):
    """What a thread is for."""

    HEALTH = "health"
    LOG_IN = "log-in"
    SENDER = "sender"
    GENERAL = "general"
    UPLOAD = "upload"
    STREAM = "stream"
    SPOOL = "spool"


#: Threads of each pool. Most of those for log-ins wait for their turn to compute a password hash
#: (documents/sign_in/hash_queue.py); the others say at once that too many wait. A few of the
#: general ones may wait for a page image (documents/exports/page_images.py).
THREADS: dict[Work, int] = {
    Work.HEALTH: 2,
    Work.LOG_IN: 24,
    Work.SENDER: 2,
    Work.GENERAL: 16,
    Work.UPLOAD: 12,
    Work.STREAM: 6,
    Work.SPOOL: 4,
}
#: Requests that may wait for a thread of a pool; past that they are refused (503).
LONGEST_QUEUE = 200


class Pools:
    def __init__(self) -> None:
        self._executors = {
            work: ThreadPoolExecutor(number, thread_name_prefix=work.value)
            for work, number in THREADS.items()
        }
        self._unfinished = dict.fromkeys(THREADS, 0)

    def require_room(self, work: Work) -> None:
        """Raises Refusal (503) where too many wait for such a thread already."""
        if self._unfinished[work] >= THREADS[work] + LONGEST_QUEUE:
            raise busy()

    async def run(
        self, work: Work, function: Callable[..., Result], *args: object,
        context: contextvars.Context | None = None,
    ) -> Result:  # fmt: skip
        """What `function(*args)` returns or raises, run in a thread for `work`.

        `context`: one that several calls of a request share.
        """
        context = context or contextvars.Context()
        self._unfinished[work] += 1
        future = asyncio.get_running_loop().run_in_executor(
            self._executors[work], context.run, function, *args
        )
        future.add_done_callback(lambda done: self._finish(work))
        return await future

    def close(self) -> None:
        """End the threads that have nothing to do, and the others when they have finished."""
        for executor in self._executors.values():
            executor.shutdown(wait=False)

    def _finish(self, work: Work) -> None:
        self._unfinished[work] -= 1
