"""An OCR worker whose engine reads several pages at the same time."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.models import Page, PageStatus, Reading
from tests.ocr_worker.claims import processing, scan
from tests.ocr_worker.drawn_pages import put_at
from tests.ocr_worker.files import ENGLISH, pdf, picture
from tests.ocr_worker.process.conftest import Queue, Workers
from tests.ocr_worker.process.program import ABREAST
from tests.ocrsite.running_site import eventually

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def draw_wide(canvas: Canvas) -> None:
    put_at(canvas, picture(ENGLISH, width=877, height=620), 0, 0, 842)


def count(status: PageStatus) -> int:
    return Page.objects.filter(status=status).count()


def test_it_is_given_as_many_pages_as_it_can_read(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=2 * ABREAST), pages=2 * ABREAST)
    workers.start(engine="abreast")

    queue.wake_ocr_workers()

    eventually(lambda: count(PageStatus.DONE) == 2 * ABREAST, 60, "all pages")
    assert set(Page.objects.values_list("attempts", flat=True)) == {1}


def test_a_page_that_takes_long_holds_no_other_back(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "long.pdf"))
    workers.start(engine="one-hangs")
    queue.wake_ocr_workers()
    eventually(lambda: count(PageStatus.RUNNING) == 1, 60, "the long page")

    processing(scan(tmp_path / "quick.pdf", pages=3), pages=3)
    queue.wake_ocr_workers()

    eventually(lambda: count(PageStatus.DONE) == 3, 60, "the quick pages")
    assert count(PageStatus.RUNNING) == 1


def test_a_page_that_hangs_fails_and_the_pages_beside_it_are_given_back(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "long.pdf"))
    worker = workers.start(engine="all-hang", page_seconds=6)
    queue.wake_ocr_workers()
    eventually(lambda: count(PageStatus.RUNNING) == 1, 60, "the page that will fail")
    time.sleep(4)  # most of its time: those that begin now have not had theirs when it ends

    processing(scan(tmp_path / "beside.pdf", pages=2), pages=2)
    queue.wake_ocr_workers()

    assert worker.wait(60) == 1, "the supervisor starts another"
    ends = Page.objects.order_by("document__created_at", "number").values_list(
        "error_code", "attempts"
    )
    assert list(ends) == [("timeout", 1), ("", 0), ("", 0)]


@pytest.mark.timeout(300)  # four processes, one after another
def test_a_page_that_ends_its_process_each_time_takes_none_with_it(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    wide = pdf(tmp_path / "wide.pdf", draw_wide, size=(842, 595))
    deadly = processing(wide)
    beside = processing(scan(tmp_path / "scan.pdf", pages=3), pages=3)

    for _ in range(3):
        worker = workers.start(engine="dies-of-one")
        queue.wake_ocr_workers()
        assert worker.wait(60) == -signal.SIGKILL
    workers.start(engine="dies-of-one")
    queue.wake_ocr_workers()

    eventually(lambda: beside.pages.filter(status=PageStatus.DONE).count() == 3, 60, "the others")
    assert deadly.pages.get().status == PageStatus.FAILED
    assert deadly.pages.get().attempts == 3


def test_a_stop_gives_all_pages_back(workers: Workers, queue: Queue, tmp_path: Path) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=6), pages=6)
    worker = workers.start(engine="all-hang")
    queue.wake_ocr_workers()
    eventually(lambda: count(PageStatus.RUNNING) == ABREAST, 60, "as many as it can read")

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(60) == 0
    assert set(Page.objects.values_list("status", "attempts")) == {(PageStatus.PENDING, 0)}


def test_a_worker_that_is_to_be_replaced_reads_the_pages_it_has_begun(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=20), pages=20)
    worker = workers.start(engine="abreast-for-six-pages")

    queue.wake_ocr_workers()

    assert worker.wait(60) == 0, "of its own accord"
    read = count(PageStatus.DONE)
    assert 6 <= read < 6 + ABREAST
    assert Reading.objects.count() == read
    waiting = Page.objects.exclude(status=PageStatus.DONE)
    assert set(waiting.values_list("status", "attempts")) == {(PageStatus.PENDING, 0)}
