"""A real OCR worker: what it survives, and what it releases."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.models import Page, PageStatus, Reading, WorkerProcess
from tests.ocr_worker.claims import processing, scan
from tests.ocr_worker.process.conftest import Queue, Workers, statuses
from tests.ocrsite.running_site import eventually

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_one_message_is_enough_for_any_number_of_pages(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=4), pages=4)
    workers.start()

    queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.DONE] * 4, 60, "four pages")


def test_a_worker_that_finds_more_work_wakes_an_idle_one(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=12), pages=12)
    for slot in (0, 1):
        workers.start(slot=slot)
    workers.wait_until_idle(2)

    queue.wake_ocr_workers()

    owners: set[str] = set()

    def both() -> bool:
        running = Page.objects.filter(status=PageStatus.RUNNING)
        owners.update(running.values_list("lease_owner", flat=True))
        return owners == {workers.owner(0), workers.owner(1)}

    eventually(both, 30, "both workers at work")


def test_messages_that_come_again_do_no_harm(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=3), pages=3)
    for slot in (0, 1):
        workers.start(slot=slot)

    for _ in range(10):
        queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.DONE] * 3, 60, "three pages")
    assert Reading.objects.count() == 3
    assert set(Page.objects.values_list("attempts", flat=True)) == {1}


def test_a_page_that_hangs_in_the_engine_fails_and_ends_its_worker(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    worker = workers.start(engine="hangs", page_seconds=2)

    queue.wake_ocr_workers()

    assert worker.wait(60) == 1, "the supervisor starts another"
    page = Page.objects.get()
    assert (page.status, page.attempts, page.error_code) == (PageStatus.PENDING, 1, "timeout")
    assert page.retry_at is not None, "not at once"


def test_an_engine_error_ends_neither_the_worker_nor_other_pages(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=2), pages=2)
    worker = workers.start(engine="breaks-once")

    queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.PENDING, PageStatus.DONE], 60, "the second page")
    assert Page.objects.get(number=1).error_code == "engine-failed"
    assert worker.poll() is None


def test_a_stop_releases_the_page_without_counting_the_attempt(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    worker = workers.start(engine="hangs")
    queue.wake_ocr_workers()
    eventually(lambda: statuses() == [PageStatus.RUNNING], 60, "reading")

    worker.send_signal(signal.SIGTERM)

    eventually(lambda: worker.poll() is not None, 8, "its end, before it is killed")
    assert worker.returncode == 0
    page = Page.objects.get()
    assert (page.status, page.attempts, page.lease_owner) == (PageStatus.PENDING, 0, "")
    assert not WorkerProcess.objects.exists()


def test_a_stop_lets_a_short_page_be_finished(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=30), pages=30)
    worker = workers.start()
    queue.wake_ocr_workers()
    eventually(lambda: PageStatus.DONE in statuses(), 60, "reading")

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(60) == 0
    assert set(statuses()) == {PageStatus.DONE, PageStatus.PENDING}
    assert Reading.objects.count() == statuses().count(PageStatus.DONE)
    assert set(Page.objects.filter(status="pending").values_list("attempts", flat=True)) == {0}


def test_a_worker_reads_what_its_killed_predecessor_had_claimed(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    first = workers.start(engine="hangs")
    queue.wake_ocr_workers()
    eventually(lambda: statuses() == [PageStatus.RUNNING], 60, "reading")
    first.kill()
    first.wait(60)

    workers.start()
    workers.wait_until_idle(1)
    queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.DONE], 30, "the page")
    assert Page.objects.get().attempts == 2


def supervise(workers: Workers, queue: Queue, engine: str, until: Callable[[], bool]) -> list[int]:
    """Start a worker, and another whenever it ends, until `until`; the exit codes."""
    ends: list[int] = []
    deadline = time.monotonic() + 90
    while not until():
        assert time.monotonic() < deadline, f"not within 90 s; workers ended: {ends}"
        worker = workers.start(engine=engine)
        while worker.poll() is None and not until() and time.monotonic() < deadline:
            queue.wake_ocr_workers()
            time.sleep(0.2)
        if worker.poll() is not None:
            ends.append(worker.returncode)
    return ends


def test_an_engine_that_uses_ever_more_memory_is_replaced_between_two_pages(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=7), pages=7)

    ends = supervise(workers, queue, "grows", lambda: statuses() == [PageStatus.DONE] * 7)

    assert ends == [0, 0], "after three pages of 100 MB each, of its own accord"
    assert Reading.objects.count() == 7
    assert set(Page.objects.values_list("attempts", flat=True)) == {1}, "no page was lost"


def test_a_page_that_kills_three_workers_is_quarantined(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))

    ends = supervise(workers, queue, "dies", lambda: statuses() == [PageStatus.FAILED])

    assert ends == [-signal.SIGKILL] * 3
    page = Page.objects.get()
    assert (page.error_code, page.attempts) == ("quarantined", 3)
