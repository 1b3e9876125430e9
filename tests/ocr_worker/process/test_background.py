"""A real background worker: from an upload to pages, and from pages to results."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from documents.actions.begin_change import begin_change
from documents.actions.claim_task import claim_task
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import ChangeJob, Document, Status, Task
from ocr_worker.process.background import BackgroundProcess
from tests.factories import make_document, make_team, make_user
from tests.ocr_worker.claims import queued, scan
from tests.ocr_worker.process.conftest import Queue, Workers
from tests.ocrsite.running_site import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def status_of(document: Document) -> str:
    return Document.objects.get(id=document.id).status


def test_one_message_is_enough_for_every_document_that_waits(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    new = [queued(scan(tmp_path / "scan.pdf")) for _ in range(4)]
    read = make_document(status=Status.PROCESSING, pages=["text"], task=Task.FINISH)
    workers.start("background")

    queue.wake_background_workers()

    eventually(lambda: {status_of(one) for one in new} == {Status.PROCESSING}, 60, "pages")
    eventually(lambda: status_of(read) == Status.READY, 60, "results")
    assert archive().exists(result_key(read.id, "json"))


def test_it_finds_work_without_a_wake_up(workers: Workers, tmp_path: Path) -> None:
    document = queued(scan(tmp_path / "scan.pdf"))

    workers.start("background")

    eventually(lambda: status_of(document) == Status.PROCESSING, 60, "its pages")


def test_it_knows_when_the_machine_has_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, steady = [1000.0], [500.0]
    monkeypatch.setattr("ocr_worker.process.background.time.time", lambda: wall[0])
    monkeypatch.setattr("ocr_worker.process.background.time.monotonic", lambda: steady[0])
    process = BackgroundProcess(0, uuid.uuid4(), sole=True)
    seconds = []

    for wall_passed, steady_passed in ((5, 5), (50, 50), (8 * 3600, 2), (5, 5)):
        wall[0] += wall_passed
        steady[0] += steady_passed
        seconds.append(process.watched_for().total_seconds())

    assert seconds == [5, 55, 0, 5]


def test_it_runs_at_once_what_its_killed_predecessor_had_claimed(
    workers: Workers, tmp_path: Path
) -> None:
    document = queued(scan(tmp_path / "scan.pdf"))
    assert claim_task() is not None, "by a process that is no more"

    workers.start("background")

    eventually(lambda: status_of(document) == Status.PROCESSING, 25, "its pages")


def test_it_goes_on_with_the_change_of_many_that_its_killed_predecessor_had_begun(
    workers: Workers, tmp_path: Path
) -> None:
    team = make_team()
    ids = [make_document(team, pages=["text"]).id for _ in range(40)]
    job = begin_change(ids, {"action": "reprocess"}, actor=make_user(team=team))
    first = workers.start("background")
    eventually(lambda: ChangeJob.objects.get().done > 3, 60, "some are changed")
    first.kill()
    first.wait()
    assert ChangeJob.objects.get().is_unfinished

    workers.start("background")

    eventually(lambda: not ChangeJob.objects.get().is_unfinished, 60, "all are changed")
    assert job.outcomes.filter(result="changed").count() == len(ids)
    assert set(Document.objects.values_list("run", flat=True)) == {2}, "none is read twice"
