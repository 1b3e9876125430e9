"""Dramatiq actors: thin, woken by messages that say only "there may be work".

A message starts work that goes on until the database has no more, so one message is enough for any
number of pages. A lost message costs only the time until the next `reconcile`.
"""

from __future__ import annotations

from collections.abc import Callable

import dramatiq

from ocr_worker.broker import broker

PAGES, BACKGROUND = "pages", "background"

#: By queue: what this process does when it is woken.
_work: dict[str, Callable[[], None]] = {}


def on_wake_up(queue: str, work: Callable[[], None]) -> None:
    """Make this process run `work` for every message of `queue`."""
    _work[queue] = work


@dramatiq.actor(broker=broker, queue_name=PAGES, max_retries=0)
def read_pages() -> None:
    """Pages may wait to be read."""
    _work[PAGES]()


@dramatiq.actor(broker=broker, queue_name=BACKGROUND, max_retries=0)
def do_background_tasks() -> None:
    """Documents may have pages to count or results to assemble."""
    _work[BACKGROUND]()


def wake_ocr_workers(**_: object) -> None:
    """Queue one wake-up for the OCR workers (a receiver of `pages_waiting`)."""
    read_pages.send()


def wake_background_workers(**_: object) -> None:
    """Queue one wake-up for the background workers (a receiver of `tasks_waiting`)."""
    do_background_tasks.send()
