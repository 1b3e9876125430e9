"""The services that a site consists of: what each runs, and how it is stopped and watched.

`Site` decides which of them run when.
"""

from __future__ import annotations

import logging
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from documents.bucket.settings import BucketAddress
from ocrsite.environment import build_child_variables
from ocrsite.environment.parse import Environment
from ocrsite.runtime import litestream, queue_server
from ocrsite.runtime.count_readers import count_readers
from ocrsite.runtime.service import ExitCallback, Service, StopOrder


@dataclass(frozen=True)
class Services:
    """The services of one start of the site. All of them inherit `lock`, the descriptor that locks
    the data directory. `socket`: the embedded queue's; None where REDIS_URL names the queue."""

    settings: Environment
    start_id: uuid.UUID
    lock: int
    socket: Path | None = None

    def queue(self, program: str, directory: Path, socket: Path, on_exit: ExitCallback) -> Service:
        """The embedded queue server `program`, with its files in `directory`."""
        return Service(
            "queue",
            queue_server.build_command(program, directory, socket),
            build_child_variables(),
            stop=StopOrder.THIRD,
            format_line=queue_server.format_log_line,
            descriptors=[self.lock],
            on_exit=on_exit,
        )

    def webs(self, listener: int) -> list[Service]:
        """The web processes, OCRSITE_WEB_PROCESSES of them, on the listening socket with the
        descriptor `listener`: whichever is free accepts a connection."""
        number = self.settings.web_processes
        return [
            Service(
                f"web {slot}",
                [sys.executable, "-m", "ocrsite.front.server", str(listener), str(number)],
                self._variables(),
                stop=StopOrder.SECOND,
                descriptors=[self.lock, listener],
            )
            for slot in range(number)
        ]

    def bootstrap(self, on_exit: ExitCallback) -> Service:
        """Prepares the database, until it has succeeded once. The only child that gets the
        administrator's password."""
        password = self.settings.admin_password
        return Service(
            "bootstrap",
            _manage_command("bootstrap"),
            self._variables(**({"OCRSITE_ADMIN_PASSWORD": password} if password else {})),
            once=True,
            descriptors=[self.lock],
            on_exit=on_exit,
        )

    def replica(self, program: str, config: Path, bucket: BucketAddress) -> Service:
        """Copies the database into `bucket`, as Litestream's configuration file `config` says."""
        return Service(
            "replica",
            litestream.build_replicate_command(program, config),
            litestream.build_variables(self._variables(), bucket),
            stop=StopOrder.LAST,
            format_line=litestream.LogFormatter(),
            output_level=logging.WARNING,
            descriptors=[self.lock],
        )

    def remove_old_replicas(self) -> Service:
        """Removes database replicas that gone containers left in the bucket, once."""
        return Service(
            "old_replicas",
            _manage_command("remove_old_replicas"),
            self._variables(),
            nice=10,
            once=True,
            descriptors=[self.lock],
        )

    def sync(self) -> Service:
        """Copies into the bucket what only this machine has, where it runs no background worker."""
        return Service(
            "sync",
            self._worker_command("sync"),
            self._variables(),
            nice=5,
            oom_score=300,
            descriptors=[self.lock],
        )

    def search(self) -> Service:
        """Writes this machine's search index: every machine that serves the web has its own."""
        return Service(
            "search",
            _manage_command("search", "follow"),
            self._variables(),
            oom_score=300,
            descriptors=[self.lock],
        )

    def ocr_workers(self) -> list[Service]:
        """One service for each slot."""
        return [
            Service(
                f"ocr {slot}",
                self._worker_command("ocr", "--slot", str(slot)),
                self._variables(OMP_THREAD_LIMIT="1"),
                nice=10,
                oom_score=500,
                descriptors=[self.lock],
            )
            for slot in range(count_readers(self.settings))
        ]

    def background(self, *, sole: bool) -> Service:
        """`sole`: no other machine works on the database."""
        return Service(
            "background",
            self._worker_command("background", *(["--sole"] if sole else [])),
            self._variables(),
            nice=5,
            oom_score=300,
            descriptors=[self.lock],
        )

    def _worker_command(self, kind: str, *more: str) -> list[str]:
        return [*_manage_command("worker"), kind, *more, "--start-id", str(self.start_id)]

    def _variables(self, **more: str) -> dict[str, str]:
        queue = {"REDIS_URL": f"unix://{self.socket}"} if self.socket else {}
        return build_child_variables(
            OCRSITE_DATA_DIR=str(self.settings.data_dir),
            OCRSITE_START_ID=str(self.start_id),
            **queue,
            **more,
        )


def _manage_command(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]
