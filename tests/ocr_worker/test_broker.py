"""The queue carries wake-ups: losing one, or the whole queue, loses no work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dramatiq
import psutil
import pytest
import redis

from documents.actions.take_back_lost_pages import take_back_lost_pages
from documents.actions.upload import upload
from documents.files.upload_staging import stage
from documents.models import Document, Page, PageStatus
from ocr_worker import actors
from ocr_worker.broker import SEND_TIMEOUT, make_broker
from tests.busy import allow
from tests.factories import make_team, make_user
from tests.ocr_worker.claims import processing, scan
from tests.ocr_worker.process.conftest import Queue, Workers, queue, workers
from tests.ocrsite.running_site import eventually

__all__ = ["queue", "workers"]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dramatiq.Broker]:
    """The broker of a queue that is down; uploads are to send their wake-ups there."""
    broker = make_broker(f"unix://{tmp_path}/nothing.sock")
    monkeypatch.setattr(actors.do_background_tasks, "broker", broker)
    yield broker
    broker.close()


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_taken_in_while_the_queue_is_down(nowhere: dramatiq.Broker) -> None:
    user = make_user(team=make_team())
    with pytest.raises(redis.ConnectionError):
        actors.wake_background_workers()

    uploaded = upload(user, stage([b"%PDF-1.4\n..."]), "letter.pdf")

    assert uploaded.created
    assert Document.objects.get().id == uploaded.document.id


def test_a_queue_that_hangs_holds_a_sender_up_for_seconds_only(queue: Queue) -> None:
    broker = make_broker(queue.url)
    broker.declare_queue("pages")
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name="pages", actor_name="read_pages", args=(), kwargs={}, options={}
    )
    broker.enqueue(message)
    server = psutil.Process(queue.process.pid)
    server.suspend()

    started_at = time.monotonic()
    with pytest.raises(redis.TimeoutError):
        broker.enqueue(message)
    seconds = time.monotonic() - started_at
    server.resume()

    assert seconds < allow(1.5 * SEND_TIMEOUT), "it is waited for, but not forever"
    broker.enqueue(message)  # it works again


@pytest.mark.slow
@pytest.mark.any_database  # about the queue
@pytest.mark.django_db(transaction=True)
def test_a_worker_outlives_its_queue(workers: Workers, queue: Queue, tmp_path: Path) -> None:
    reader = workers.start()
    workers.wait_until_idle(1)
    queue.process.kill()
    queue.process.wait(60)
    for file in queue.directory.rglob("*"):
        if file.is_file():
            file.unlink()
    queue.start()

    processing(scan(tmp_path / "scan.pdf"))
    queue.wake_ocr_workers()

    eventually(lambda: Page.objects.get().status == PageStatus.DONE, 30, "the page")
    assert reader.poll() is None


@pytest.mark.slow
@pytest.mark.any_database  # about the queue
@pytest.mark.django_db(transaction=True)
def test_the_message_of_a_killed_worker_wakes_another(
    workers: Workers, queue: Queue, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    first = workers.start(engine="hangs", slot=0)
    queue.wake_ocr_workers()
    eventually(lambda: Page.objects.get().status == PageStatus.RUNNING, 60, "reading")
    workers.start(slot=1)
    workers.wait_until_idle(2)

    first.kill()
    first.wait(60)
    Page.objects.update(lease_expires_at="2020-01-01T00:00:00Z")
    assert take_back_lost_pages() == 1

    # No message is sent: Dramatiq hands on what a consumer silent for 10 s has not finished.
    eventually(lambda: Page.objects.get().status == PageStatus.DONE, 40, "the page")
