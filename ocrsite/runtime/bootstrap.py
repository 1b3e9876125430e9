"""The first steps of every start: the database's tables, the first team, the first administrator.

Safe to run at every start and by several machines at once.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from documents.actions.bootstrap import ensure_first_team_and_admin

log = structlog.get_logger("ocrsite.bootstrap")

#: Any number that nobody else uses in this database: "ocrsite" as bytes.
_ADVISORY_LOCK = int.from_bytes(b"ocrsite", "big")


def bootstrap(admin_password: str | None) -> None:
    """Raises django.db.Error when the database can't be reached or migrated."""
    with _alone():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("clearsessions")
        generated = ensure_first_team_and_admin(admin_password)
    if generated is not None:
        log.warning(
            "log in as this user with this password; it is shown only now",
            user="admin",
            password=generated,
        )


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Processes that start at once prepare one database one after the other."""
    if connection.vendor == "sqlite":
        with (settings.DATA_DIR / "bootstrap.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])
