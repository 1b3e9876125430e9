"""The first steps of every start: what the bucket has where this disk has nothing, the database's
tables, the first team, the first administrator.

Safe to run at every start and by several machines at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from documents.actions.bootstrap import ensure_first_team_and_admin
from documents.bucket.configured import configured_bucket
from documents.files.atomic import file_lock
from documents.models.identity import identity
from documents.notices import Notice
from documents.replication.bucket_changed import mirror_anew_if_moved
from ocrsite.environment import read_environment
from ocrsite.runtime.first_start import Takeover
from ocrsite.runtime.start_state import ProcessRole, read_start, write_start

log = structlog.get_logger("ocrsite.bootstrap")

#: Any number that nobody else uses in this database: "ocrsite" as bytes.
_ADVISORY_LOCK = int.from_bytes(b"ocrsite", "big")


def bootstrap(admin_password: str | None) -> None:
    """Raises django.db.Error when the database can't be reached or migrated, OSError and
    StorageFull where the disk takes nothing. Waits for a bucket that may hold this archive."""
    with _alone():
        takeover = _takeover()
        if takeover is not None:
            takeover.restore_database()
        call_command("migrate", interactive=False, verbosity=0)
        identity()
        target = configured_bucket()
        if target is not None:
            mirror_anew_if_moved(target.address)
        if takeover is not None:
            takeover.adopt_documents()
        call_command("clearsessions")
        generated = ensure_first_team_and_admin(admin_password)
    if generated is not None:
        log.warning(
            "log in as this user with this password; it is shown only now",
            user="admin",
            password=generated,
        )


def _takeover() -> Takeover | None:
    """What an empty data directory begins with, where it is this site's alone and there is a
    bucket; a PostgreSQL is not lost with a container."""
    target, env = configured_bucket(), read_environment()
    shared = (
        env.start_id is not None
        and read_start(env.data_dir, env.start_id).role is not ProcessRole.ALL
    )
    if target is None or connection.vendor != "sqlite" or shared:
        return None
    return Takeover(target, settings.DATA_DIR / "db.sqlite3", say=_say, warn=_warn)


def _say(waiting: str | None) -> None:
    """For /health, while it lasts."""
    _publish(waiting=waiting)


def _warn(warning: Notice) -> None:
    """For /health, for as long as this start lives."""
    log.warning(warning)
    start_id = read_environment().start_id
    known = read_start(settings.DATA_DIR, start_id).warnings if start_id is not None else []
    _publish(warnings=[*known, warning])


def _publish(**changes: object) -> None:
    env = read_environment()
    if env.start_id is not None:
        # On a full disk it is not told; it is in the log.
        with contextlib.suppress(OSError):
            start = read_start(env.data_dir, env.start_id)
            write_start(env.data_dir, env.start_id, replace(start, **changes))  # type: ignore[arg-type]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Processes that start at once prepare one database one after the other."""
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
