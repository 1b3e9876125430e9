"""The processes that a site consists of: what each runs, and how it is stopped and watched.

Which of them run when is `serve`'s to say.
"""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from documents.bucket.settings import BucketAddress
from ocrsite.environment import build_child_variables
from ocrsite.environment.parse import Environment
from ocrsite.runtime import litestream, queue_server
from ocrsite.runtime.supervisor import Service, StopOrder

#: Called with an exit status and the seconds that the process lived (see `Service.exited`).
Exited = Callable[[int, float], None]


@dataclass(frozen=True)
class Services:
    """The services of one start of the site. All of them inherit `lock`, the hold on the data
    directory; `socket`: where the queue is, None where REDIS_URL says it."""

    settings: Environment
    start_id: uuid.UUID
    lock: int
    socket: Path | None = None

    def queue(self, program: str, directory: Path, socket: Path, exited: Exited) -> Service:
        return Service(
            "queue",
            queue_server.command(program, directory, socket),
            build_child_variables(),
            stop=StopOrder.THIRD,
            relay=queue_server.readable,
            descriptors=[self.lock],
            exited=exited,
        )

    def web(self, listener: int) -> Service:
        return Service(
            "web",
            [sys.executable, "-m", "ocrsite.runtime.web", str(listener)],
            self._variables(),
            stop=StopOrder.SECOND,
            descriptors=[self.lock, listener],
        )

    def bootstrap(self, exited: Exited) -> Service:
        password = self.settings.admin_password
        return Service(
            "bootstrap",
            _manage("bootstrap"),
            self._variables(**({"OCRSITE_ADMIN_PASSWORD": password} if password else {})),
            once=True,
            descriptors=[self.lock],
            exited=exited,
        )

    def replica(self, program: str, config: Path, bucket: BucketAddress) -> Service:
        """Copies the database into `bucket`, as the file `config` says."""
        return Service(
            "replica",
            litestream.replicate_command(program, config),
            litestream.variables(self._variables(), bucket),
            stop=StopOrder.LAST,
            relay=litestream.Relay(),
            relay_level=logging.WARNING,
            descriptors=[self.lock],
        )

    def old_replicas(self) -> Service:
        """Removes them, once."""
        return Service(
            "old replicas",
            _manage("remove_old_replicas"),
            self._variables(),
            nice=10,
            once=True,
            descriptors=[self.lock],
        )

    def sync(self) -> Service:
        """Keeps in the bucket what this machine alone has, where it has no background tasks."""
        return Service(
            "sync",
            self._worker("sync"),
            self._variables(),
            nice=5,
            oom_score=300,
            descriptors=[self.lock],
        )

    def search(self) -> Service:
        """Writes this machine's search index: each that serves the web has one of its own."""
        return Service(
            "search",
            _manage("search", "follow"),
            self._variables(),
            oom_score=300,
            descriptors=[self.lock],
        )

    def readers(self) -> list[Service]:
        return [
            Service(
                f"reader {slot}",
                self._worker("ocr", "--slot", str(slot)),
                self._variables(OMP_THREAD_LIMIT="1"),
                nice=10,
                oom_score=500,
                descriptors=[self.lock],
            )
            for slot in range(self.settings.workers)
        ]

    def background(self, *, sole: bool) -> Service:
        """`sole`: nobody else works on the database."""
        return Service(
            "background",
            self._worker("background", *(["--sole"] if sole else [])),
            self._variables(),
            nice=5,
            oom_score=300,
            descriptors=[self.lock],
        )

    def _worker(self, kind: str, *more: str) -> list[str]:
        return [*_manage("worker"), kind, *more, "--start-id", str(self.start_id)]

    def _variables(self, **more: str) -> dict[str, str]:
        queue = {"REDIS_URL": f"unix://{self.socket}"} if self.socket else {}
        return build_child_variables(
            OCRSITE_DATA_DIR=str(self.settings.data_dir),
            OCRSITE_START_ID=str(self.start_id),
            **queue,
            **more,
        )


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]
