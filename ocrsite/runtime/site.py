"""One start of the site: which of its services run when, and what they learn of each other."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import structlog

from documents.messages import Message
from ocrsite.environment.parse import Environment
from ocrsite.runtime import litestream, queue_server, start_state
from ocrsite.runtime.litestream import NoLitestream
from ocrsite.runtime.queue_recovery import QueueRecovery
from ocrsite.runtime.service import Service
from ocrsite.runtime.services import Services
from ocrsite.runtime.start_publisher import StartPublisher
from ocrsite.runtime.start_state import ProcessRole, Start

log = structlog.get_logger("ocrsite")

#: Seconds from a successful start to the first removal of old database replicas, and between two.
_FIRST_CLEANUP, _CLEANUP_INTERVAL = 60.0, 24 * 3600.0


class ServiceRunner(Protocol):
    """What the site needs of a supervisor."""

    def add(self, service: Service) -> None: ...

    def call_later(self, seconds: float, call: Callable[[], None]) -> None: ...


class Site:
    """`queue_program`: the queue server's path, None where REDIS_URL names a server.

    The constructor raises OSError where the data directory can't hold what every start needs; after
    that, a full disk stops nothing.
    """

    def __init__(
        self,
        settings: Environment,
        role: ProcessRole,
        lock: int,
        supervisor: ServiceRunner,
        *,
        queue_program: str | None = None,
    ) -> None:
        self.settings, self.role = settings, role
        self.start_id = uuid.uuid4()
        self._supervisor = supervisor
        self._run_directory = settings.data_dir / "run"
        self._run_directory.mkdir(mode=0o700, exist_ok=True)
        if role is ProcessRole.ALL:
            start_state.remove_other_starts(settings.data_dir, self.start_id)
        self._publisher = StartPublisher(
            settings.data_dir,
            self.start_id,
            Start(role, warnings=[*filter(None, [settings.data_dir_warning])]),
            supervisor.call_later,
        )
        self._queue_program = queue_program
        self._queue_directory = settings.data_dir / "queue"
        self._socket: Path | None = None
        if queue_program is not None:
            self._queue_directory.mkdir(mode=0o700, exist_ok=True)
            self._socket = queue_server.choose_socket_path(self._run_directory)
        self._services = Services(settings, self.start_id, lock, self._socket)
        self._more_webs: list[Service] = []

    def start(self, listener: int | None) -> None:
        """Start the queue, the web on the socket `listener`, and bootstrap; the rest follows."""
        self._publisher.publish(self._publisher.start)
        if self._queue_program is not None and self._socket is not None:
            recovery = QueueRecovery(self._queue_directory)
            self._supervisor.add(
                self._services.queue(
                    self._queue_program, self._queue_directory, self._socket, recovery.handle_exit
                )
            )
        if listener is not None:
            # One says how the start comes on; the others would only slow it down.
            first, *self._more_webs = self._services.webs(listener)
            self._supervisor.add(first)
        self._supervisor.add(self._services.bootstrap(self._handle_bootstrap_exit))

    def clean_up(self) -> None:
        """Remove the traces of this start; what can't be removed is removed by the next start."""
        with contextlib.suppress(OSError):
            self._publisher.remove()
            for figures in self._run_directory.glob(f"{self.start_id}.figures.*.json"):
                figures.unlink(missing_ok=True)
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.unlink(missing_ok=True)
                if self._socket.parent != self._run_directory:
                    self._socket.parent.rmdir()

    def _handle_bootstrap_exit(self, status: int, lived: float) -> None:
        start = self._publisher.reload()
        if status != 0:
            problem = "The database could not be prepared; see the log. It is tried again."
            self._publisher.publish(replace(start, problem=problem, waiting=None))
            return
        warning = self._add_replica()
        warnings = [*start.warnings, *filter(None, [warning])]
        self._publisher.publish(
            replace(
                start,
                ready=True,
                ready_at=time.time(),
                problem=None,
                waiting=None,
                warnings=warnings,
            )
        )
        if self.role is ProcessRole.WORKER:
            log.info("site_ready")
        else:
            log.info("site_ready", url=f"http://localhost:{self.settings.port}/")
        self._add_services_of_role()

    def _add_services_of_role(self) -> None:
        for web in self._more_webs:
            self._supervisor.add(web)
        if self.role is not ProcessRole.WORKER:
            self._supervisor.add(self._services.search())
        if self.role is not ProcessRole.WEB:
            for worker in self._services.ocr_workers():
                self._supervisor.add(worker)
            # No other machine works on a database in a directory that is locked exclusively.
            sole = self.role is ProcessRole.ALL and self.settings.database is None
            self._supervisor.add(self._services.background(sole=sole))
        elif self.settings.s3.bucket is not None:
            # Uploads that only this machine has must reach the bucket, also after an outage.
            self._supervisor.add(self._services.sync())

    def _add_replica(self) -> Message | None:
        """Copy the database into the bucket, where the database is a file of this site alone;
        returns why it is not copied, None where it is or need not be."""
        bucket, data_dir = self.settings.s3.bucket, self.settings.data_dir
        if bucket is None or self.settings.database is not None or self.role is not ProcessRole.ALL:
            return None
        try:
            program = litestream.find_program()
            text = litestream.build_configuration(
                data_dir / "db.sqlite3", bucket, litestream.read_or_create_replica_id(data_dir)
            )
            config = litestream.write_configuration(data_dir, text)
        except (NoLitestream, OSError) as error:
            warning = Message("The database is not copied into the bucket: {reason}", reason=error)
            log.error("database_not_replicated", reason=str(error))
            return warning
        self._supervisor.add(self._services.replica(program, config, bucket))
        self._supervisor.call_later(_FIRST_CLEANUP, self._remove_old_replicas)
        return None

    def _remove_old_replicas(self) -> None:
        self._supervisor.add(self._services.remove_old_replicas())
        self._supervisor.call_later(_CLEANUP_INTERVAL, self._remove_old_replicas)
