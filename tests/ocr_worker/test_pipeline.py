"""A page that was claimed: whatever happens, it ends in a state people can see."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from documents.actions.quarantine import MAX_ATTEMPTS_IN_A_START
from documents.actions.record_reading import record_reading
from documents.actions.release_page import release_page
from documents.errors import DamagedPage, EngineFailed, StorageFull
from documents.exports import page_images
from documents.files.figures import Figure, figure_key, name_of
from documents.files.keys import original_key, page_thumbnail_key
from documents.files.storage import archive
from documents.models import Page, PageStatus, Reading, Task
from documents.models.claim import PageClaim
from documents.text.page_layout import PageLayout
from ocr_worker import pipeline
from ocr_worker.pipeline import read_claimed_page
from ocr_worker.process.ocr import OcrProcess
from ocr_worker.reading import PageReading
from ocr_worker.rendering import Renderer
from tests.factories import layout_with_figure
from tests.ocr_worker.claims import Pretending, claim_waiting_page, processing, scan

pytestmark = pytest.mark.django_db


def full_disk(*arguments: object, **options: object) -> None:
    raise StorageFull("The disk is full.")


def let_it_be_tried_again(page: Page) -> None:
    Page.objects.filter(id=page.id).update(retry_at=None)


def the_page(claim: PageClaim) -> Page:
    return Page.objects.get(id=claim.page_id)


# --- a page -----------------------------------------------------------------------------------


def test_a_page_that_was_read_is_done_and_its_image_is_stored(
    renderer: Renderer, tmp_path: Path
) -> None:
    document = processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()

    read_claimed_page(claim, renderer, Pretending())

    page = the_page(claim)
    assert page.status == PageStatus.DONE
    assert page.layout is not None and page.layout.text == "what was read"
    key = page_images.ensure_page_image(page)
    assert archive().open(key).read()[8:12] == b"WEBP"
    assert archive().exists(page_thumbnail_key(page.document_id, page.number, 0))
    document.refresh_from_db()
    assert document.task == Task.FINISH


def test_the_figures_of_a_page_are_stored_before_its_reading(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim, image = claim_waiting_page(), b"RIFF....WEBP"
    key = figure_key(claim.document_id, name_of(1, image))
    monkeypatch.setattr(
        pipeline,
        "read_page",
        lambda *given, **options: PageReading(
            layout_with_figure(image), "tesseract", "0", None, {name_of(1, image): image}
        ),
    )
    was_there = []

    def record(*given: Any, **facts: Any) -> Reading:
        was_there.append(archive().exists(key))
        return record_reading(*given, **facts)

    monkeypatch.setattr(pipeline, "record_reading", record)

    assert read_claimed_page(claim, renderer, Pretending())

    assert was_there == [True]
    reading = Reading.objects.get()
    assert reading.figures == [Figure.from_image(1, image).facts()]
    assert reading.flags == ["disputed"]


def test_a_picture_that_the_engine_names_and_does_not_bring_is_its_fault(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    monkeypatch.setattr(
        pipeline,
        "read_page",
        lambda *given, **options: PageReading(layout_with_figure(), "tesseract", "0", None),
    )

    assert not read_claimed_page(claim, renderer, Pretending())

    assert the_page(claim).error_code == "engine-failed"
    assert not Reading.objects.exists()


def test_an_unexpected_error_in_the_engine_costs_that_page_a_try_and_no_other_page(
    renderer: Renderer, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=2), pages=2)
    first, second = claim_waiting_page(), claim_waiting_page()

    read_claimed_page(first, renderer, Pretending(ZeroDivisionError("division by zero")))
    read_claimed_page(second, renderer, Pretending())

    assert the_page(second).status == PageStatus.DONE
    page = the_page(first)
    assert (page.status, page.attempts, page.error_code) == (PageStatus.PENDING, 1, "engine-failed")
    assert "ZeroDivisionError" in page.error_detail
    assert page.retry_at is not None and page.retry_at > timezone.now()


def test_a_page_on_which_the_engine_breaks_every_time_is_set_aside(
    renderer: Renderer, tmp_path: Path
) -> None:
    document = processing(scan(tmp_path / "scan.pdf"))

    for _ in range(MAX_ATTEMPTS_IN_A_START):
        claim = claim_waiting_page()
        read_claimed_page(claim, renderer, Pretending(EngineFailed("It broke.")))
        let_it_be_tried_again(the_page(claim))

    page = the_page(claim)
    assert (page.status, page.error_code) == (PageStatus.FAILED, "quarantined")
    assert "It broke." in page.error_detail
    document.refresh_from_db()
    assert (document.task, document.pages_failed) == (Task.FINISH, 1)


def test_a_permanent_error_is_the_pages_last_word(renderer: Renderer, tmp_path: Path) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()

    read_claimed_page(claim, renderer, Pretending(DamagedPage("It can't be drawn.")))

    page = the_page(claim)
    assert (page.status, page.attempts) == (PageStatus.FAILED, 1)
    assert (page.error_code, page.error_detail) == ("damaged-page", "It can't be drawn.")


def test_a_renderer_that_does_not_start_is_not_the_pages_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    monkeypatch.setattr("ocr_worker.rendering.child_process.sys.executable", "/no/python/here")

    with Renderer() as broken:
        read_claimed_page(claim, broken, Pretending())

    page = the_page(claim)
    assert (page.status, page.attempts, page.start_attempts) == (PageStatus.PENDING, 0, 0)
    assert page.retry_at is not None and page.retry_at > timezone.now()


def test_what_is_missing_beside_the_original_is_not_called_the_original(
    renderer: Renderer, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()

    read_claimed_page(claim, renderer, Pretending(FileNotFoundError(2, "No such file", "/x")))

    assert the_page(claim).error_code == "engine-failed"


def test_a_full_disk_is_not_the_pages_fault(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    monkeypatch.setattr(page_images, "store_page_image", full_disk)

    read_claimed_page(claim, renderer, Pretending())

    page = the_page(claim)
    assert (page.status, page.attempts, page.start_attempts) == (PageStatus.PENDING, 0, 0)
    assert page.retry_at is not None and page.retry_at > timezone.now()
    assert not Reading.objects.exists()


def test_a_page_whose_claim_was_lost_meanwhile_is_left_alone(
    renderer: Renderer, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    lost = claim_waiting_page()
    release_page(lost)
    claim_waiting_page()

    for fault in (None, EngineFailed("It broke."), ValueError("a defect")):
        read_claimed_page(lost, renderer, Pretending(fault))

    page = the_page(lost)
    assert (page.status, page.error_code) == (PageStatus.RUNNING, "")
    assert not Reading.objects.exists()


def test_a_lost_original_says_so_and_may_come_back(renderer: Renderer, tmp_path: Path) -> None:
    document = processing(scan(tmp_path / "scan.pdf"))
    archive().path(original_key(document.id, document.filename)).unlink()
    claim = claim_waiting_page()

    read_claimed_page(claim, renderer, Pretending())

    page = the_page(claim)
    assert (page.status, page.error_code) == (PageStatus.PENDING, "original-missing")


def test_only_recorded_readings_count_as_pages_read(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=4), pages=4)
    faults = iter([EngineFailed("It broke."), None, DamagedPage("It is damaged."), None])
    worker = OcrProcess(0, uuid.uuid4())
    worker._of_thread.renderer = renderer
    worker.loading.engine = engine = Pretending()
    read = engine.read

    def read_some(*arguments: Any, **options: Any) -> PageLayout:
        engine.fault = next(faults)
        return read(*arguments, **options)

    monkeypatch.setattr(engine, "read", read_some)
    # The test's own connection is not to be closed between pages.
    monkeypatch.setattr("ocr_worker.process.ocr.close_old_connections", lambda: None)

    worker.read_until_idle()

    assert Reading.objects.count() == 2
    assert worker.status_fields()["pages_read"] == 2


def test_a_reading_that_came_too_late_counts_as_none(renderer: Renderer, tmp_path: Path) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    lost = claim_waiting_page()
    release_page(lost)

    assert not read_claimed_page(lost, renderer, Pretending())
