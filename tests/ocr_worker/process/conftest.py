"""A real queue server, and real worker processes on the suite's own database."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from dramatiq import Message

from documents.models import Page
from ocr_worker.broker import make_broker
from ocrsite.runtime import queue_server
from tests.ocrsite.running_site import ROOT, eventually


@dataclass
class Queue:
    """`url`: where it is. It may be killed and started again."""

    directory: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def socket(self) -> Path:
        return self.directory / "queue.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            queue_server.build_command(queue_server.find_program(), self.directory, self.socket),
            stdout=subprocess.DEVNULL,
        )
        eventually(self._answers, 10, "a queue that answers")

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(redis.Redis.from_url(self.url).ping())
        return False

    def wake(self, queue: str, actor: str) -> None:
        """Send what an upload sends."""
        broker = make_broker(self.url)
        broker.declare_queue(queue)
        broker.enqueue(Message(queue_name=queue, actor_name=actor, args=(), kwargs={}, options={}))
        broker.close()

    def wake_ocr_workers(self) -> None:
        self.wake("pages", "read_pages")

    def wake_background_workers(self) -> None:
        self.wake("background", "do_background_tasks")


@pytest.fixture
def queue() -> Iterator[Queue]:
    # Not in the test's own directory: the path of a unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="ocrsite-queue-") as directory:
        queue = Queue(Path(directory))
        queue.start()
        yield queue
        queue.process.kill()
        queue.process.wait(60)


@dataclass
class Workers:
    """Starts worker processes of one start_id; they are gone when the test is over."""

    queue: Queue
    media: Path
    directory: Path
    start_id: uuid.UUID = field(default_factory=uuid.uuid4)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self,
        kind: str = "ocr",
        *,
        slot: int = 0,
        engine: str = "works",
        page_seconds: float = 600,
    ) -> subprocess.Popen[bytes]:
        data = self.data_directory(len(self.processes))
        data.mkdir(exist_ok=True)
        variables = {name: os.environ[name] for name in ("PATH", "DATABASE_URL")
                     if name in os.environ}  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ocr_worker.process.program", kind,
             "--slot", str(slot), "--start-id", str(self.start_id),
             "--database", str(connection.settings_dict["NAME"]), "--media", str(self.media),
             "--engine", engine, "--page-seconds", str(page_seconds)],
            cwd=ROOT,
            env={**variables, "OCRSITE_DATA_DIR": str(data), "REDIS_URL": self.queue.url},
        )  # fmt: skip
        self.processes.append(process)
        return process

    def data_directory(self, number: int) -> Path:
        """Of the `number`-th process started, from 0."""
        return self.directory / f"worker{number}"

    def owner(self, slot: int) -> str:
        return f"{self.start_id}:ocr:{slot}"

    def wait_until_idle(self, count: int) -> None:
        """Until so many processes have reported with an engine (or the lack of one)."""
        from documents.models import WorkerProcess

        eventually(
            lambda: WorkerProcess.objects.exclude(engine_state="loading").count() == count,
            60,
            f"{count} workers",
        )


@pytest.fixture
def workers(queue: Queue, media: Path, tmp_path: Path) -> Iterator[Workers]:
    assert media == settings.MEDIA_ROOT
    workers = Workers(queue, media, tmp_path)
    yield workers
    for process in workers.processes:
        process.kill()
        process.wait(60)


def statuses() -> list[str]:
    return list(Page.objects.order_by("number").values_list("status", flat=True))
