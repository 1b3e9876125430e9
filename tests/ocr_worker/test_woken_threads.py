"""Threads begin when they are woken, as many as there may be, and end when nothing is due."""

from __future__ import annotations

import threading

import pytest

from ocr_worker.woken_threads import WokenThreads
from tests.ocrsite.running_site import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def running() -> int:
    return sum(thread.name == "woken" for thread in threading.enumerate())


def test_each_that_finds_work_wakes_another_until_there_are_enough() -> None:
    go_on, inside = threading.Event(), threading.Semaphore(0)

    def serve_next() -> bool:
        inside.release()
        go_on.wait(30)
        return not go_on.is_set()

    threads = WokenThreads("woken", 2, serve_next, threading.Event())
    for _ in range(5):
        threads.wake()

    assert inside.acquire(timeout=30)
    assert inside.acquire(timeout=30)
    assert running() == 2
    go_on.set()
    eventually(lambda: running() == 0, 30, "nothing is due")


def test_one_that_fails_is_in_the_log_and_the_next_begins(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[int] = []

    def serve_next() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("unforeseen")
        return False

    threads = WokenThreads("woken", 1, serve_next, threading.Event())
    threads.wake()
    eventually(lambda: running() == 0, 30, "it has failed")
    threads.wake()
    eventually(lambda: len(calls) == 2 and running() == 0, 30, "the next has ended")

    assert "woken_thread_failed" in caplog.text


def test_none_begins_once_the_process_stops() -> None:
    stopping = threading.Event()
    stopping.set()
    threads = WokenThreads("woken", 1, lambda: pytest.fail("it began"), stopping)

    threads.wake()

    assert running() == 0
