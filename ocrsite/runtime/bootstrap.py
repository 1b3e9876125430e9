"""The first steps of every start: restore from the bucket where this disk is empty, migrate the
database, create the first team and the first administrator.

Safe to run at every start and by several machines at the same time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from documents.actions.bootstrap import ADMIN, ensure_first_team_and_admin
from documents.bucket.configured import configured_bucket
from documents.files.atomic import file_lock
from documents.messages import Message
from documents.models.identity import identity
from documents.replication.bucket_changed import forget_mirror_if_bucket_changed
from ocrsite.environment import read_environment
from ocrsite.runtime.first_start import FirstStart
from ocrsite.runtime.start_state import ProcessRole, Start, read_start, write_start
from ocrsite.runtime.welcome import build_welcome, is_terminal, tell

log = structlog.get_logger("ocrsite.bootstrap")

#: A number that nothing else uses for an advisory lock in this database: "ocrsite" as bytes.
_ADVISORY_LOCK = int.from_bytes(b"ocrsite", "big")


def bootstrap(admin_password: str | None) -> None:
    """Prepare the database. Waits for a bucket that may hold this archive.

    Raises django.db.Error if the database can't be reached or migrated, OSError and StorageFull if
    the disk is full.
    """
    with _bootstrap_lock():
        first_start = _plan_first_start()
        if first_start is not None:
            first_start.restore_database()
        call_command("migrate", interactive=False, verbosity=0)
        identity()
        target = configured_bucket()
        if target is not None:
            forget_mirror_if_bucket_changed(target.address)
        if first_start is not None:
            first_start.restore_documents()
        call_command("clearsessions")
        generated = ensure_first_team_and_admin(admin_password)
    _tell_how_to_begin(generated)


def _tell_how_to_begin(generated: str | None) -> None:
    """The generated password is told once: to the person at the terminal, or in the log."""
    if is_terminal():
        environment = read_environment()
        start_id, data_dir = environment.start_id, environment.data_dir
        if start_id and read_start(data_dir, start_id).role is not ProcessRole.WORKER:
            tell(build_welcome(environment.port, data_dir, user=ADMIN, password=generated))
        elif generated is not None:
            tell(f"The user {ADMIN} has the password {generated} (shown only this once).")
    elif generated is not None:
        log.info(
            "first_admin_created",
            user=ADMIN,
            password=generated,
            note="Log in with this password. It is shown only once.",
        )


def _plan_first_start() -> FirstStart | None:
    """The restore from the bucket; None where there is no bucket, where the data directory is
    shared with other processes, and with PostgreSQL, which does not disappear with a container."""
    target, environment = configured_bucket(), read_environment()
    shared = (
        environment.start_id is not None
        and read_start(environment.data_dir, environment.start_id).role is not ProcessRole.ALL
    )
    if target is None or connection.vendor != "sqlite" or shared:
        return None
    return FirstStart(
        target,
        settings.DATA_DIR / "db.sqlite3",
        report_waiting=_publish_waiting,
        add_warning=_publish_warning,
    )


def _publish_waiting(waiting: str | None) -> None:
    """Show in /health what the start waits for; None: it continues."""
    _update_start(lambda start: replace(start, waiting=waiting))


def _publish_warning(warning: Message) -> None:
    """Log the warning and show it in /health until the site stops."""
    log.warning("start_warning", detail=str(warning))
    _update_start(lambda start: replace(start, warnings=[*start.warnings, warning]))


def _update_start(change: Callable[[Start], Start]) -> None:
    environment = read_environment()
    if environment.start_id is not None:
        # On a full disk the state stays as it is; the log has the change.
        with contextlib.suppress(OSError):
            start = read_start(environment.data_dir, environment.start_id)
            write_start(environment.data_dir, environment.start_id, change(start))


@contextlib.contextmanager
def _bootstrap_lock() -> Iterator[None]:
    """Processes that start at the same time prepare one database one after the other."""
    if connection.vendor == "sqlite":
        with file_lock(settings.DATA_DIR / "bootstrap.lock"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
