"""What /health says, and that it says it in time."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from documents.bucket.health import BucketState, watch
from documents.search.index.index_state import IndexStatus
from ocrsite.monitoring import self_checks
from ocrsite.monitoring.self_checks import Findings, WorkerHealth
from ocrsite.runtime.start_state import ProcessRole, Start
from tests.busy import slowdown
from tests.ocrsite.monitoring.states import (
    READY,
    SOUND,
    pretend_findings,
    pretend_start,
    read_health,
)


def test_it_has_the_shape_of_the_contract(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    found = Findings(database=True, storage=True, queue=True, pending_pages=7, ocr_workers=(READY,))
    pretend_findings(monkeypatch, found)

    answer = read_health(client)

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
    pretend_start(monkeypatch, Start(ProcessRole.ALL, warnings=["kept in a temporary directory"]))

    answer = read_health(client)

    assert answer["status"] == "starting"
    assert answer["database"] == "starting", "its tables are being made"
    assert answer["ocr_engine"]["state"] == "loading"
    assert answer["warnings"] == ["kept in a temporary directory"]


def test_it_is_starting_until_the_first_ocr_worker_is_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=time.time()))
    pretend_findings(monkeypatch, Findings(database=True, storage=True, queue=True))

    answer = read_health(client)

    assert answer["status"] == "starting"
    assert answer["warnings"] == []


def test_a_start_that_waits_for_its_bucket_says_so_and_that_nothing_fails_but_the_bucket(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "The start waits for the bucket, which may hold this archive: nothing answers."
    pretend_start(monkeypatch, Start(ProcessRole.ALL, waiting=why))
    monkeypatch.setattr(watch, "state", lambda: BucketState("failing", ("No way to it.",)))

    answer = read_health(client)

    assert (answer["status"], answer["database"]) == ("starting", "starting")
    assert answer["s3_storage"] == "failing"
    assert answer["warnings"] == [why, "No way to it."]
    assert client.get("/health/ready").json()["detail"] == why


def test_what_an_earlier_try_failed_for_is_told_while_the_next_one_waits(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_start(
        monkeypatch, Start(ProcessRole.ALL, problem="The disk was full.", waiting="It waits.")
    )

    answer = read_health(client)

    assert answer["database"] == "starting"
    assert answer["warnings"] == ["The disk was full.", "It waits."]


def test_a_database_that_bootstrap_can_not_reach_is_failing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_start(monkeypatch, Start(ProcessRole.ALL, problem="the database could not be prepared"))

    answer = read_health(client)

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
    pretend_findings(monkeypatch, found)

    answer = read_health(client)

    assert answer["status"] == "degraded"
    assert any(word in warning for warning in answer["warnings"])


def test_one_ready_worker_speaks_for_the_engine(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    loading = WorkerHealth("paddleocr-vl", "loading", "")
    found = Findings(database=True, storage=True, queue=True, ocr_workers=(loading, READY))
    pretend_findings(monkeypatch, found)

    assert read_health(client)["ocr_engine"] == {"name": "tesseract", "state": "ready"}


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
            answer = read_health(client)
            waits.append(time.monotonic() - begun)
    finally:
        release.set()

    # The quickest of three: a busy test machine may stretch one, a hanging check all of them.
    assert min(waits) < slowdown()
    assert answer["status"] == "degraded"
    assert answer["database"] == "failing"


def test_a_check_that_breaks_is_not_taken_for_a_good_one(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    def broken(start_id: uuid.UUID | None) -> Findings:
        raise RuntimeError("a bug")

    monkeypatch.setattr(self_checks, "run_checks", broken)
    monkeypatch.setattr("threading.excepthook", lambda arguments: None)

    assert read_health(client)["database"] == "failing"


def test_an_engine_that_does_not_come_up_degrades_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    again = WorkerHealth("", "loading", "The OCR engine did not load: MemoryError")
    pretend_findings(monkeypatch, replace(SOUND, ocr_workers=(again,)))

    answer = read_health(client)

    assert answer["status"] == "degraded"
    assert answer["ocr_engine"]["state"] == "loading"


def test_an_engine_that_loads_for_the_first_time_is_nothing_to_worry_about(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    pretend_findings(monkeypatch, replace(SOUND, ocr_workers=(WorkerHealth("", "loading", ""),)))

    assert read_health(client)["status"] == "healthy"


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
    pretend_findings(monkeypatch, SOUND)
    if status is None:
        (search_directory / "status.json").unlink()
    else:
        status.write(search_directory)

    answer = read_health(client)

    assert said in answer["warnings"][0]
    assert answer["status"] == "healthy"


def test_right_after_a_start_no_index_is_missed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=time.time()))
    pretend_findings(monkeypatch, SOUND)
    assert read_health(client)["warnings"] == []
