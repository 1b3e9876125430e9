"""Real OCR workers whose engine is missing, comes later, fails, or is another one."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from documents.errors import EngineUnavailable
from documents.messages import Message
from documents.models import Page, PageStatus, WorkerProcess
from ocr_worker.engines.select_engine import LoadedEngine
from ocr_worker.process import ocr as ocr_module
from ocr_worker.process.ocr import OcrProcess
from tests.factories import make_ocr_worker
from tests.ocr_worker.claims import Pretending, born_digital, processing, scan
from tests.ocr_worker.process.conftest import Queue, Workers, statuses
from tests.ocr_worker.process.program import INSTALLED
from tests.ocrsite.running_site import eventually

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_worker_without_an_engine_reads_text_layers(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(born_digital(tmp_path / "digital.pdf"))
    processing(scan(tmp_path / "scan.pdf"))
    worker = workers.start(engine="absent")

    queue.wake_ocr_workers()

    eventually(
        lambda: (
            set(Page.objects.values_list("status", "error_code"))
            == {(PageStatus.DONE, ""), (PageStatus.FAILED, "engine-unavailable")}
        ),
        60,
        "both ends",
    )
    row = WorkerProcess.objects.get()
    assert (row.engine_state, row.engine_detail) == ("absent", "Install the language data.")
    assert worker.poll() is None


def test_a_worker_whose_engine_is_installed_later_reads_with_it(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    worker = workers.start(engine="comes-later")
    eventually(lambda: WorkerProcess.objects.filter(engine_state="absent").exists(), 60, "absent")

    workers.data_directory(0).joinpath(INSTALLED).touch()

    eventually(lambda: WorkerProcess.objects.filter(engine_state="ready").exists(), 60, "ready")
    assert WorkerProcess.objects.get().engine_detail == ""
    processing(scan(tmp_path / "scan.pdf"))
    queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.DONE], 60, "the page")
    assert worker.poll() is None


def test_a_worker_without_an_engine_leaves_pages_to_one_that_has_it(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf", pages=6), pages=6)
    workers.start(engine="absent", slot=0)
    workers.start(slot=1)
    workers.wait_until_idle(2)

    for _ in range(5):
        queue.wake_ocr_workers()

    eventually(lambda: statuses() == [PageStatus.DONE] * 6, 60, "six pages")
    assert set(Page.objects.values_list("attempts", flat=True)) == {1}


def test_an_engine_that_does_not_load_ends_its_worker_and_is_named_until_another_has_it(
    workers: Workers,
) -> None:
    worker = workers.start(engine="never-loads")

    assert worker.wait(60) == 1, "the supervisor starts another"
    row = WorkerProcess.objects.get()
    assert row.engine_state == "loading", "it is tried again"
    assert "MemoryError: no room for the models" in row.engine_detail

    workers.start()

    workers.wait_until_idle(1)
    row.refresh_from_db()
    assert (row.engine_state, row.engine_detail) == ("ready", "")


def test_a_worker_that_loads_again_reports_why_the_last_one_did_not() -> None:
    start_id = uuid.uuid4()
    WorkerProcess.objects.create(
        id=f"{start_id}:ocr:0",
        kind="ocr",
        start_id=start_id,
        pid=1,
        engine_state="loading",
        engine_detail="The OCR engine did not load.",
        started_at=timezone.now(),
        heartbeat_at=timezone.now(),
    )
    worker = OcrProcess(0, start_id)

    worker.restore_load_failures()

    assert worker.status_fields()["engine_detail"] == "The OCR engine did not load."


@pytest.mark.parametrize(
    ("other", "left"), [("paddleocr-vl", True), ("tesseract", False)], ids=["better", "equal"]
)
def test_a_worker_with_only_tesseract_leaves_pages_to_one_with_paddleocr_vl(
    monkeypatch: pytest.MonkeyPatch, other: str, left: bool
) -> None:
    make_ocr_worker(other)
    fallen_back = LoadedEngine(Pretending(), Message("PaddleOCR is not installed."))
    monkeypatch.setattr(ocr_module, "load_engine", lambda *_, **__: fallen_back)
    worker = OcrProcess(0, uuid.uuid4())

    if left:
        with pytest.raises(EngineUnavailable, match="leaves its pages to another"):
            worker.load_engine(0)
    else:
        assert worker.load_engine(0) == fallen_back
