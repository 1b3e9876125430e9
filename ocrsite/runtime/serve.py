"""`manage.py serve`: put the site together and watch over it.

This process never loads Django: it stays small (the kernel ends others first when memory runs
out), and the web process answers a second earlier.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path

import structlog

from documents.notices import Notice, gettext_noop
from ocrsite import BASE_DIR, __version__, logging
from ocrsite.data_directory import explain_os_error
from ocrsite.environment import read_environment
from ocrsite.environment.parse import Environment
from ocrsite.runtime import litestream, queue_server, start_state
from ocrsite.runtime.listener import PortUnavailable, listen
from ocrsite.runtime.litestream import NoLitestream
from ocrsite.runtime.queue_server import NoQueueServer
from ocrsite.runtime.services import Services
from ocrsite.runtime.start_state import InUse, ProcessRole, Start
from ocrsite.runtime.supervisor import Supervisor

log = structlog.get_logger("ocrsite")

#: A queue server that ends so soon (seconds) so often refuses its files.
_REFUSED_AFTER, _REFUSED_TIMES = 3.0, 3
#: Seconds until what the disk did not take is written again.
_PUBLISHED_AGAIN = 2.0
#: Seconds after a good start, and then between two times, that old copies of databases are removed.
_TIDY_FIRST, _TIDY_EVERY = 60.0, 24 * 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "role",
        nargs="?",
        default=ProcessRole.ALL.value,
        choices=[role.value for role in ProcessRole],
        help="all-in-one (default), or one role of several machines",
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    add_arguments(parser)
    serve(ProcessRole(parser.parse_args(arguments).role))


def serve(role: ProcessRole) -> None:
    """Run until told to stop. Exits with 1 and one sentence when the site can't be started."""
    settings = read_environment()
    if role is not ProcessRole.ALL and settings.redis_url is None:
        sys.exit(
            f"ocrsite: `serve {role.value}` is one of several processes and needs the queue they "
            "share; set REDIS_URL, or start everything with `serve`."
        )
    logging.configure()
    try:
        lock = start_state.hold(settings.data_dir, shared=role is not ProcessRole.ALL)
        listener = listen(settings.port) if role is not ProcessRole.WORKER else None
        program = queue_server.find_program() if settings.redis_url is None else None
        site = _Site(settings, role, lock, queue=program)
    except (InUse, PortUnavailable, NoQueueServer) as error:
        sys.exit(f"ocrsite: {error}")
    except OSError as error:
        sys.exit(f"ocrsite: {explain_os_error(settings.data_dir, error)}")

    for warning in filter(None, (settings.data_dir_warning, *settings.s3.warnings)):
        log.warning(warning)
    with Supervisor(BASE_DIR) as site.supervisor:
        log.info(
            "starting",
            version=__version__,
            data_dir=str(settings.data_dir),
            port=settings.port if listener else None,
        )
        site.publish(site.start)
        site.add_queue()
        if listener is not None:
            site.add_web(listener.fileno())
        site.add_bootstrap()
        site.supervisor.run()
    site.clean_up()
    log.info("stopped")


class _Site:
    """One start: which of its services run when, and what they are told of each other.

    `queue`: the program of the queue's server, None where there is one elsewhere. To make it
    raises OSError where the data directory does not take what every start needs; after that, a
    disk that takes nothing stops nobody.
    """

    supervisor: Supervisor

    def __init__(
        self, settings: Environment, role: ProcessRole, lock: int, *, queue: str | None = None
    ) -> None:
        self.settings, self.role = settings, role
        self.start_id = uuid.uuid4()
        self.run_directory = settings.data_dir / "run"
        self.run_directory.mkdir(mode=0o750, exist_ok=True)
        if role is ProcessRole.ALL:
            start_state.forget_others(settings.data_dir, self.start_id)
        warning = settings.data_dir_warning
        self.start = Start(role, warnings=[warning] if warning else [])
        self.unpublished = False
        self.queue = queue
        self.queue_directory = settings.data_dir / "queue"
        self.queue_refusals = 0
        self.queue_is_new = False
        self.socket: Path | None = None
        if queue is not None:
            self.queue_directory.mkdir(mode=0o700, exist_ok=True)
            self.socket = queue_server.socket_path(self.run_directory)
        self.services = Services(settings, self.start_id, lock, self.socket)

    def publish(self, start: Start) -> None:
        """Tell the children how far the start has come; on a full disk, as soon as it takes it."""
        self.start = start
        if not self.unpublished:
            self._write_start()

    def _write_start(self) -> None:
        failed_before, self.unpublished = self.unpublished, False
        try:
            start_state.write_start(self.settings.data_dir, self.start_id, self.start)
        except OSError as error:
            if not failed_before:
                log.error("how far the start has come can't be written; it is tried until it can",
                          reason=str(error))  # fmt: skip
            self.unpublished = True
            self.supervisor.later(_PUBLISHED_AGAIN, self._write_start)

    def add_queue(self) -> None:
        if self.queue is not None and self.socket is not None:
            self.supervisor.add(
                self.services.queue(
                    self.queue, self.queue_directory, self.socket, self._queue_ended
                )
            )

    def _queue_ended(self, status: int, lived: float) -> None:
        if status <= 0 or lived >= _REFUSED_AFTER:
            self.queue_refusals, self.queue_is_new = 0, False
            return
        self.queue_refusals += 1
        # A queue begun anew that is refused as well: its files are not what is wrong.
        if self.queue_refusals < _REFUSED_TIMES or self.queue_is_new:
            return
        self.queue_refusals = 0
        try:
            aside = queue_server.put_aside(self.queue_directory)
        except OSError as error:
            log.error("the queue can't be read nor put aside", reason=str(error))
            return
        self.queue_is_new = True
        if aside is not None:
            log.error("the queue can't be read and is begun anew; the database knows what is to do",
                      kept_as=str(aside))  # fmt: skip

    def add_web(self, listener: int) -> None:
        self.supervisor.add(self.services.web(listener))

    def add_bootstrap(self) -> None:
        self.supervisor.add(self.services.bootstrap(self._bootstrapped))

    def _bootstrapped(self, status: int, lived: float) -> None:
        if status != 0:
            problem = "the database could not be prepared; the log says why; it is tried again"
            self.publish(replace(self._told(), problem=problem, waiting=None))
            return
        self.start = self._told()
        self.add_replica()
        now = time.time()
        self.publish(replace(self.start, ready=True, ready_at=now, problem=None, waiting=None))
        if self.role is ProcessRole.WORKER:
            log.info("ready")
        else:
            log.info("ready", url=f"http://localhost:{self.settings.port}/")
        if self.role is not ProcessRole.WORKER:
            self.supervisor.add(self.services.search())
        if self.role is not ProcessRole.WEB:
            self.add_workers()
        elif self.settings.s3.bucket is not None:
            # What this machine alone has goes into the bucket, also after that was out of reach.
            self.supervisor.add(self.services.sync())

    def _told(self) -> Start:
        """The start with what bootstrap has found out about it."""
        try:
            return start_state.read_start(self.settings.data_dir, self.start_id)
        except (OSError, ValueError, TypeError, KeyError):
            return self.start

    def add_replica(self) -> None:
        """The database's copy in the bucket, where the database is a file of this site alone."""
        bucket, data_dir = self.settings.s3.bucket, self.settings.data_dir
        if bucket is None or self.settings.database is not None or self.role is not ProcessRole.ALL:
            return
        try:
            program = litestream.find_program()
            text = litestream.configuration(
                data_dir / "db.sqlite3", bucket, litestream.replica_of(data_dir)
            )
            config = litestream.write_configuration(data_dir, text)
        except (NoLitestream, OSError) as error:
            warning = Notice(
                gettext_noop("The database is not copied into the bucket: {reason}"),
                {"reason": str(error)},
            )
            log.error(warning)
            self.start = replace(self.start, warnings=[*self.start.warnings, warning])
            return
        self.supervisor.add(self.services.replica(program, config, bucket))
        self.supervisor.later(_TIDY_FIRST, self._tidy)

    def _tidy(self) -> None:
        self.supervisor.add(self.services.old_replicas())
        self.supervisor.later(_TIDY_EVERY, self._tidy)

    def add_workers(self) -> None:
        for reader in self.services.readers():
            self.supervisor.add(reader)
        # Nobody else works on a database in a directory that is held alone.
        sole = self.role is ProcessRole.ALL and self.settings.database is None
        self.supervisor.add(self.services.background(sole=sole))

    def clean_up(self) -> None:
        """What stays is harmless: the next start removes it."""
        with contextlib.suppress(OSError):
            start_state.state_file(self.settings.data_dir, self.start_id).unlink(missing_ok=True)
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.unlink(missing_ok=True)
                if self.socket.parent != self.run_directory:
                    self.socket.parent.rmdir()
