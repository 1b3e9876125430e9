"""What a look at the site's own parts finds."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from documents.models import WorkerProcess
from documents.models.worker import EngineState
from ocrsite.monitoring import self_checks
from tests.factories import make_ocr_worker


@pytest.mark.django_db
def test_a_look_finds_the_ocr_workers_of_this_start_that_are_alive() -> None:
    start_id, earlier = uuid.uuid4(), uuid.uuid4()
    now = timezone.now()
    for name, of, beat in (
        ("host:ocr:0", start_id, now),
        ("host:ocr:1", earlier, now),
        ("host:ocr:2", start_id, now - datetime.timedelta(minutes=5)),
    ):
        WorkerProcess.objects.create(
            id=name,
            kind="ocr",
            start_id=of,
            pid=1,
            engine="tesseract",
            engine_state=EngineState.READY,
            started_at=now,
            heartbeat_at=beat,
        )

    assert len(self_checks.run_checks(start_id).ocr_workers) == 1
    assert len(self_checks.run_checks(None).ocr_workers) == 2


@pytest.mark.django_db
def test_a_look_names_each_layer_of_the_jail_that_a_worker_was_refused(settings: Any) -> None:
    whole = make_ocr_worker(jail_refused={})
    assert not [text for text in self_checks.run_checks(whole.start_id).problems if "jail" in text]

    lacking = make_ocr_worker(jail_refused={"file_view": "Function not implemented"})
    [problem] = [
        text for text in self_checks.run_checks(lacking.start_id).problems if "jail" in text
    ]

    assert "file_view (Function not implemented)" in problem


@pytest.mark.django_db
def test_a_look_finds_a_queue_that_does_not_answer(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    found = self_checks.run_checks(None)

    assert not found.queue
    assert any("queue" in problem for problem in found.problems)


@pytest.mark.django_db
def test_a_look_finds_a_storage_that_can_not_be_written(settings: Any, tmp_path: Any) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    settings.MEDIA_ROOT = blocked / "media"

    found = self_checks.run_checks(None)

    assert not found.storage
    assert any("storage" in problem for problem in found.problems)
