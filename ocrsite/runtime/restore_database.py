"""Restores the newest intact database replica from the bucket into an empty data directory."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from documents.bucket.settings import DATABASE_PREFIX
from documents.bucket.store import Bucket
from documents.files.atomic import move_file
from documents.replication.database_replicas import Replica, list_replicas
from ocrsite.environment import build_child_variables
from ocrsite.runtime import litestream

log = structlog.get_logger("ocrsite.restore")

#: Seconds after which a restore that does not finish is cancelled; the start tries again.
RESTORE_TIMEOUT = 1800.0
#: A replica counts as broken only after this many failed restores: if another container still
#: writes to it, it may change while it is read.
ATTEMPTS = 2

_TABLES = {"django_migrations", "documents_document", "documents_page", "documents_user"}


class RestoreInterrupted(Exception):
    """The restore failed for a reason that says nothing about the replica, and should be tried
    again; the message is one sentence."""


@dataclass
class RestoredDatabase:
    """`replica`: the one that was restored; None: there is no database, so create a new one.

    `broken`: the replicas in the bucket that could not be restored, newest first.
    """

    replica: Replica | None = None
    broken: list[Replica] = field(default_factory=list)


#: Litestream's messages where not the replica but the connection to the bucket failed.
_FAILED_REQUEST = re.compile(
    r"operation error S3|connection re(set|fused)|i/o timeout|no such host|broken pipe|"
    r"context deadline|TLS handshake|x509",
    re.IGNORECASE,
)


def restore_newest_replica(bucket: Bucket, database: Path) -> RestoredDatabase:
    """Restore the newest replica that is intact to the path `database`, where no file exists.

    Raises BucketError, RestoreInterrupted, OSError.
    """
    result = RestoredDatabase()
    directory = database.parent / "restoring"
    for replica in list_replicas(bucket):
        log.info("database_restore_started", replica=str(replica.id),
                 newest=replica.newest.isoformat())  # fmt: skip
        try:
            reason = None
            for _ in range(ATTEMPTS):
                shutil.rmtree(directory, ignore_errors=True)
                directory.mkdir(mode=0o700)
                reason = _restore_replica(bucket, replica, database, directory / "database")
                if reason is None:
                    _install_database(directory / "database", database)
                    result.replica = replica
                    log.info("database_restored", replica=str(replica.id))
                    return result
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        log.error("database_replica_unusable", replica=str(replica.id),
                  newest=replica.newest.isoformat(), reason=reason)  # fmt: skip
        result.broken.append(replica)
    return result


def _restore_replica(bucket: Bucket, replica: Replica, database: Path, output: Path) -> str | None:
    """Restore `replica` into `output`; returns why it can't be used, None if it can."""
    try:
        program = litestream.find_program()
    except litestream.NoLitestream as error:
        raise RestoreInterrupted(f"The bucket has a copy of the database, and {error}") from None
    text = litestream.build_configuration(database, bucket.address, replica.id)
    config = litestream.write_configuration(database.parent, text, "restore.yml")
    try:
        run = subprocess.run(  # nosec B603 # a list of our own words, no shell
            litestream.build_restore_command(program, config, database, output),
            env=litestream.build_variables(build_child_variables(), bucket.address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=RESTORE_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RestoreInterrupted(
            f"The database was not restored within {RESTORE_TIMEOUT:g} s."
        ) from None
    finally:
        config.unlink(missing_ok=True)
    if run.returncode == 0:
        return find_defect(output)
    output_text = run.stderr.decode(errors="replace").strip()[-1000:]
    _raise_unless_replica_is_at_fault(run.returncode, output_text)
    # Raises BucketError: while the bucket does not answer, the replica can't be judged.
    next(bucket.list(DATABASE_PREFIX), None)
    return output_text or f"litestream exited with status {run.returncode}"


def _raise_unless_replica_is_at_fault(status: int, output_text: str) -> None:
    """Raises OSError (disk full) and RestoreInterrupted for failures that have other causes."""
    if "no space left" in output_text.lower():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if status < 0:
        raise RestoreInterrupted(f"The database restore was ended by signal {-status}.")
    # A missing object is the replica's fault; any other failed request is not.
    if _FAILED_REQUEST.search(output_text) and not re.search(r"StatusCode: 404", output_text):
        raise RestoreInterrupted("The object storage failed while the database was being restored.")


def find_defect(path: Path) -> str | None:
    """Why the file is not an intact database of this archive; None if it is."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            missing = _TABLES - {name for (name,) in names}
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != "ok":
        return f"the file is damaged: {found}"
    return f"it has no table {', '.join(sorted(missing))}" if missing else None


def _install_database(source: Path, database: Path) -> None:
    """Move `source` to `database` so that both file and directory entry survive a power cut.

    Closing `source` has merged its write-ahead log, if any, into it; the logs that an earlier
    database left beside `database` are deleted.
    """
    litestream.forget_replica(database)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    source.chmod(0o600)
    move_file(source, database)
