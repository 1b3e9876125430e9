"""What /health and /health/ready say, and that they say it in time."""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.background_check import BackgroundCheck
from documents.bucket.health import BucketState, watch
from documents.models import WorkerProcess
from documents.models.worker import EngineState
from documents.search.index.index_state import IndexStatus
from ocrsite.monitoring import health, self_checks
from ocrsite.monitoring.self_checks import Findings, WorkerHealth
from ocrsite.runtime.start_state import ProcessRole, Start
from tests.factories import make_ocr_worker

READY = WorkerHealth("tesseract", "ready", "")
SOUND = Findings(database=True, storage=True, queue=True, ocr_workers=(READY,))
LONG_AGO = 1.0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, search_directory: Path) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=LONG_AGO))
    search_directory.mkdir()
    IndexStatus("following").write(search_directory)


@pytest.fixture(autouse=True)
def fresh_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_check", BackgroundCheck("self-check", every=health.FRESH))


def _start(monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    monkeypatch.setattr(health, "read_current_start", lambda: start)


def _found(monkeypatch: pytest.MonkeyPatch, found: Findings) -> None:
    monkeypatch.setattr(self_checks, "run_checks", lambda start_id: found)


def _health(client: Client) -> dict[str, Any]:
    response = client.get("/health")
    assert response.status_code == 200
    return dict(response.json())


def test_it_has_the_shape_of_the_contract(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    found = Findings(database=True, storage=True, queue=True, pending_pages=7, ocr_workers=(READY,))
    _found(monkeypatch, found)

    answer = _health(client)

    assert answer.pop("version")
    assert answer == {
        "status": "healthy",
        "ocr_engine": {"name": "tesseract", "state": "ready"},
        "s3_storage": "not_configured",
        "database": "ok",
        "queue": {"pending_pages": 7, "workers": 1},
        "warnings": [],
    }


def test_it_is_starting_until_bootstrap_is_over(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, warnings=["kept in a temporary directory"]))

    answer = _health(client)

    assert answer["status"] == "starting"
    assert answer["database"] == "starting", "its tables are being made"
    assert answer["ocr_engine"]["state"] == "loading"
    assert answer["warnings"] == ["kept in a temporary directory"]


def test_it_is_starting_until_the_first_ocr_worker_is_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=time.time()))
    _found(monkeypatch, Findings(database=True, storage=True, queue=True))

    answer = _health(client)

    assert answer["status"] == "starting"
    assert answer["warnings"] == []


def test_a_start_that_waits_for_its_bucket_says_so_and_that_nothing_fails_but_the_bucket(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "The start waits for the bucket, which may hold this archive: nothing answers."
    _start(monkeypatch, Start(ProcessRole.ALL, waiting=why))
    monkeypatch.setattr(watch, "state", lambda: BucketState("failing", ("No way to it.",)))

    answer = _health(client)

    assert (answer["status"], answer["database"]) == ("starting", "starting")
    assert answer["s3_storage"] == "failing"
    assert answer["warnings"] == [why, "No way to it."]
    assert client.get("/health/ready").json()["detail"] == why


def test_what_an_earlier_try_failed_for_is_told_while_the_next_one_waits(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, problem="The disk was full.", waiting="It waits."))

    answer = _health(client)

    assert answer["database"] == "starting"
    assert answer["warnings"] == ["The disk was full.", "It waits."]


def test_a_database_that_bootstrap_can_not_reach_is_failing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, problem="the database could not be prepared"))

    answer = _health(client)

    assert answer["status"] == "starting"
    assert answer["database"] == "failing"


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (Findings(storage=True, queue=True, problems=("The database is away.",)), "database"),
        (
            Findings(database=True, queue=True, ocr_workers=(READY,), problems=("storage",)),
            "storage",
        ),
        (Findings(database=True, storage=True, ocr_workers=(READY,), problems=("queue",)), "queue"),
        (Findings(database=True, storage=True, queue=True), "OCR worker"),
        (
            Findings(
                database=True,
                storage=True,
                queue=True,
                ocr_workers=(WorkerHealth("tesseract", "absent", "rus.traineddata is missing"),),
            ),
            "traineddata",
        ),
    ],
)
def test_anything_that_does_not_work_degrades_it_and_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None, found: Findings, word: str
) -> None:
    _found(monkeypatch, found)

    answer = _health(client)

    assert answer["status"] == "degraded"
    assert any(word in warning for warning in answer["warnings"])


def test_one_ready_worker_speaks_for_the_engine(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    loading = WorkerHealth("paddleocr-vl", "loading", "")
    found = Findings(database=True, storage=True, queue=True, ocr_workers=(loading, READY))
    _found(monkeypatch, found)

    assert _health(client)["ocr_engine"] == {"name": "tesseract", "state": "ready"}


def test_it_answers_within_a_second_while_a_check_hangs(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    release = threading.Event()

    def hang(start_id: uuid.UUID | None) -> Findings:
        release.wait(60)
        return SOUND

    monkeypatch.setattr(self_checks, "run_checks", hang)
    waits = []

    try:
        for _ in range(3):
            begun = time.monotonic()
            answer = _health(client)
            waits.append(time.monotonic() - begun)
    finally:
        release.set()

    # The quickest of three: a busy test machine may stretch one, a hanging check all of them.
    assert min(waits) < 1
    assert answer["status"] == "degraded"
    assert answer["database"] == "failing"


def test_a_check_that_breaks_is_not_taken_for_a_good_one(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    def broken(start_id: uuid.UUID | None) -> Findings:
        raise RuntimeError("a bug")

    monkeypatch.setattr(self_checks, "run_checks", broken)
    monkeypatch.setattr("threading.excepthook", lambda arguments: None)

    assert _health(client)["database"] == "failing"


def test_an_engine_that_does_not_come_up_degrades_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    again = WorkerHealth("", "loading", "The OCR engine did not load: MemoryError")
    _found(monkeypatch, replace(SOUND, ocr_workers=(again,)))

    answer = _health(client)

    assert answer["status"] == "degraded"
    assert answer["ocr_engine"]["state"] == "loading"


def test_an_engine_that_loads_for_the_first_time_is_nothing_to_worry_about(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    _found(monkeypatch, replace(SOUND, ocr_workers=(WorkerHealth("", "loading", ""),)))

    assert _health(client)["status"] == "healthy"


def test_ready_needs_a_database_a_storage_and_an_ocr_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    _found(monkeypatch, SOUND)

    assert client.get("/health/ready").status_code == 200


def test_without_a_queue_it_is_ready_and_degraded(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    # Documents are taken in and found by the next look at the database.
    _found(monkeypatch, replace(SOUND, queue=False, problems=("The queue does not answer.",)))

    assert client.get("/health/ready").status_code == 200
    assert _health(client)["status"] == "degraded"


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/ready"])
def test_a_probe_may_ask_under_any_name(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None, settings: Any, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["archive.example"]
    _found(monkeypatch, SOUND)

    assert client.get(path, HTTP_HOST="10.1.2.3:8081").status_code == 200


def test_ready_names_a_missing_ocr_worker_beside_other_problems(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    found = replace(SOUND, queue=False, ocr_workers=(), problems=("The queue does not answer.",))
    _found(monkeypatch, found)

    assert "No OCR worker" in client.get("/health/ready").json()["detail"]


@pytest.mark.parametrize("missing", ["database", "storage", "ocr_workers"])
def test_ready_says_why_it_is_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None, missing: str
) -> None:
    parts: dict[str, Any] = {
        "database": True,
        "storage": True,
        "queue": True,
        "ocr_workers": (READY,),
        missing: (),
    }
    _found(monkeypatch, Findings(**parts))

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]
    assert response.json()["detail"]


# --- looking ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (IndexStatus("building", built=3, documents=8), "being built (3 of 8 documents)"),
        (IndexStatus("failing", detail="The index can't be written."), "can't be written"),
        (None, "no process writes it"),
    ],
)
def test_an_index_that_is_not_as_it_should_be_is_told_and_changes_nothing_else(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    started: None,
    search_directory: Path,
    status: IndexStatus | None,
    said: str,
) -> None:
    _found(monkeypatch, SOUND)
    if status is None:
        (search_directory / "status.json").unlink()
    else:
        status.write(search_directory)

    answer = _health(client)

    assert said in answer["warnings"][0]
    assert answer["status"] == "healthy"


def test_right_after_a_start_no_index_is_missed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=time.time()))
    _found(monkeypatch, SOUND)
    assert _health(client)["warnings"] == []
