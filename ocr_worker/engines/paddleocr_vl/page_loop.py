"""Many pages in one thread: while the blocks of one are being recognised, another goes on.

Paddle's work belongs in one thread (`engine.py`), and the pipeline reads a page in one call that
lasts from its layout to its result. Each such call is a greenlet here: where it waits for what is
done elsewhere, in another process, the thread goes on with the page whose answer is there, or
begins with the next one. So only waiting overlaps, never two calls of Paddle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from greenlet import getcurrent, greenlet

Result = TypeVar("Result")


class PageLoop:
    """One thread, which lives until `close`. Safe for several threads."""

    def __init__(self, name: str) -> None:
        self._steps: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Have `work` done in the thread. What it raises is the future's exception."""
        outcome: Future[Result] = Future()
        self._steps.put(partial(self._begin, work, outcome))
        return outcome

    def call(self, step: Callable[[], object]) -> None:
        """Have `step` done after what was submitted before. It neither waits nor raises."""
        self._steps.put(step)

    def wait(self, answer: Future[Result]) -> Result:
        """Called by `work` itself: the result of `answer`; meanwhile others go on.

        Raises what `answer` raises. Called elsewhere, it only waits.
        """
        page = getcurrent()
        if threading.current_thread() is self._thread and page.parent is not None:
            answer.add_done_callback(lambda _: self._steps.put(page.switch))
            page.parent.switch()
        return answer.result()

    def close(self) -> None:
        """End the thread once no step is left; work that still waits is never resumed."""
        self._steps.put(None)
        self._thread.join()

    def _begin(self, work: Callable[[], Result], outcome: Future[Result]) -> None:
        greenlet(partial(_fulfil, work, outcome)).switch()

    def _run(self) -> None:
        while (step := self._steps.get()) is not None:
            step()


def _fulfil(work: Callable[[], Result], outcome: Future[Result]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
