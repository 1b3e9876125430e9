"""Dramatiq actors: thin, and woken by messages that say only "there may be work".

What a message starts goes on until the database has no more work, so one message is enough for
any number of pages, and a lost one costs only the time until the next look (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Callable

import dramatiq

from ocr_worker.broker import broker

PAGES, BACKGROUND = "pages", "background"

#: What this process does when it is woken; set by the process that consumes the queue.
_work: dict[str, Callable[[], None]] = {}


def on_wake_up(queue: str, work: Callable[[], None]) -> None:
    """Let `work` be done for every message of `queue` in this process."""
    _work[queue] = work


@dramatiq.actor(broker=broker, queue_name=PAGES, max_retries=0)
def read_pages() -> None:
    """Some pages may wait to be read."""
    _work[PAGES]()


@dramatiq.actor(broker=broker, queue_name=BACKGROUND, max_retries=0)
def do_background_tasks() -> None:
    """Some documents may have pages to be counted or results to be assembled."""
    _work[BACKGROUND]()


def wake_ocr_workers(**_: object) -> None:
    read_pages.send()


def wake_background_workers(**_: object) -> None:
    do_background_tasks.send()
