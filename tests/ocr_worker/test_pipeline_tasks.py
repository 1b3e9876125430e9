"""A task that was claimed: whatever happens, it ends in a state people can see."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from documents.actions.claim_task import claim_task
from documents.errors import StorageFull
from documents.exports import page_images
from documents.files.keys import original_key, result_key
from documents.files.storage import archive
from documents.models import Document, Status, Task
from documents.models.claim import MAX_TASK_ATTEMPTS
from ocr_worker import pipeline
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.factories import make_document
from tests.ocr_worker.claims import claim_waiting_task, queued, scan

pytestmark = pytest.mark.django_db


def full_disk(*arguments: object, **options: object) -> None:
    raise StorageFull("The disk is full.")


# --- a task ----------------------------------------------------------------------------------


def test_preparing_counts_the_pages_and_makes_a_thumbnail(
    renderer: Renderer, tmp_path: Path
) -> None:
    document = queued(scan(tmp_path / "scan.pdf", pages=3))

    run_task(claim_waiting_task(), renderer)

    document.refresh_from_db()
    assert (document.status, document.page_count) == (Status.PROCESSING, 3)
    assert [page.number for page in document.pages.all()] == [1, 2, 3]
    assert archive().open(page_images.ensure_thumbnail(document)).read()[8:12] == b"WEBP"


def test_a_file_that_can_not_be_opened_fails_with_the_reason(
    renderer: Renderer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\nnothing of a PDF follows")
    document = queued(broken)

    run_task(claim_waiting_task(), renderer)

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "damaged-file")
    assert document.error_detail
    assert claim_task() is None


def test_a_renderer_that_does_not_start_is_not_the_documents_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = queued(scan(tmp_path / "scan.pdf"))
    with monkeypatch.context() as patched, Renderer() as broken:
        patched.setattr("ocr_worker.rendering.child_process.sys.executable", "/no/python/here")

        for _ in range(MAX_TASK_ATTEMPTS + 1):
            run_task(claim_waiting_task(), broken)
            Document.objects.update(task_lease_expires_at=None)

    document.refresh_from_db()
    assert (document.status, document.task_attempts) == (Status.QUEUED, 0)


def test_a_lost_original_fails_the_document_in_the_end(renderer: Renderer, tmp_path: Path) -> None:
    document = queued(scan(tmp_path / "scan.pdf"))
    archive().path(original_key(document.id, document.filename)).unlink()

    while (claim := claim_task()) is not None:
        run_task(claim, renderer)

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "original-missing")


def test_a_full_disk_postpones_the_task_and_counts_no_attempt(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(status=Status.PROCESSING, pages=["one"], task=Task.FINISH)
    monkeypatch.setattr(pipeline, "finish", full_disk)

    run_task(claim_waiting_task(), renderer)

    document.refresh_from_db()
    assert (document.task, document.task_attempts) == (Task.FINISH, 0)
    assert document.task_lease_expires_at is not None
    assert claim_task() is None, "it rests for a while"

    monkeypatch.undo()
    Document.objects.update(task_lease_expires_at=timezone.now())
    run_task(claim_waiting_task(), renderer)
    document.refresh_from_db()
    assert document.status == Status.READY
    assert archive().exists(result_key(document.id, "json"))


def test_a_task_that_keeps_failing_fails_in_the_end(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(status=Status.PROCESSING, pages=["one"], task=Task.FINISH)
    broken: list[int] = []

    def break_down(claim: object) -> None:
        broken.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "finish", break_down)
    while (claim := claim_task()) is not None:
        run_task(claim, renderer)
        Document.objects.update(task_lease_expires_at=None)

    document.refresh_from_db()
    assert len(broken) == 4
    assert (document.status, document.error_code) == (Status.FAILED, "quarantined")
