"""The newest whole copy of the database, out of the bucket and into an empty data directory."""

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
from documents.replication.database_replicas import Replica, replicas
from ocrsite.environment import build_child_variables
from ocrsite.runtime import litestream

log = structlog.get_logger("ocrsite.restore")

#: Seconds after which a restore that does not end is given up and begun anew.
WITHIN = 1800.0
#: A replica is broken only when it could not be restored so often: one that another container
#: still writes to may change while it is read.
TRIES = 2

_TABLES = {"django_migrations", "documents_document", "documents_page", "documents_user"}


class NotNow(Exception):
    """It can't be told whether the copy is good; the message is one sentence. Try again."""


@dataclass
class Restored:
    """`replica`: the one that is the database now; None: there is no database, begin a new one.

    `broken`: what lies in the bucket and could not be used, newest first.
    """

    replica: Replica | None = None
    broken: list[Replica] = field(default_factory=list)


#: What Litestream says where not the copy but the way to it is broken.
_FAILED_REQUEST = re.compile(
    r"operation error S3|connection re(set|fused)|i/o timeout|no such host|broken pipe|"
    r"context deadline|TLS handshake|x509",
    re.IGNORECASE,
)


def restore_newest(bucket: Bucket, database: Path) -> Restored:
    """Put the newest replica that can be restored in the place of `database`, which is not there.

    Raises BucketError, NotNow, OSError.
    """
    result = Restored()
    directory = database.parent / "restoring"
    for replica in replicas(bucket):
        log.info("database is being restored", replica=str(replica.id),
                 newest=replica.newest.isoformat())  # fmt: skip
        try:
            reason = None
            for _ in range(TRIES):
                shutil.rmtree(directory, ignore_errors=True)
                directory.mkdir(mode=0o700)
                reason = _restored(bucket, replica, database, directory / "database")
                if reason is None:
                    _move(directory / "database", database)
                    result.replica = replica
                    log.info("database restored", replica=str(replica.id))
                    return result
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        log.error("this copy of the database can't be used", replica=str(replica.id),
                  newest=replica.newest.isoformat(), reason=reason)  # fmt: skip
        result.broken.append(replica)
    return result


def _restored(bucket: Bucket, replica: Replica, database: Path, output: Path) -> str | None:
    """Restore into `output`; why the replica can't be used, None where it can."""
    try:
        program = litestream.find_program()
    except litestream.NoLitestream as error:
        raise NotNow(f"The bucket has a copy of the database, and {error}") from None
    text = litestream.configuration(database, bucket.address, replica.id)
    config = litestream.write_configuration(database.parent, text, "restore.yml")
    try:
        run = subprocess.run(
            litestream.restore_command(program, config, database, output),
            env=litestream.variables(build_child_variables(), bucket.address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotNow(f"The database was not restored within {WITHIN:g} s.") from None
    finally:
        config.unlink(missing_ok=True)
    if run.returncode == 0:
        return unusable(output)
    said = run.stderr.decode(errors="replace").strip()[-1000:]
    _passing(run.returncode, said)
    # While the bucket does not answer, nothing says that a copy in it is broken.
    next(bucket.list(DATABASE_PREFIX), None)
    return said or f"litestream ended with {run.returncode}"


def _passing(status: int, said: str) -> None:
    """Raise what has nothing to do with the replica."""
    if "no space left" in said.lower():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if status < 0:
        raise NotNow(f"The database's restore was ended by signal {-status}.")
    # An object that is missing is the replica's fault; any other failed request is not.
    if _FAILED_REQUEST.search(said) and not re.search(r"StatusCode: 404", said):
        raise NotNow("The object storage failed while the database was being restored.")


def unusable(path: Path) -> str | None:
    """Why the file is not a sound database of this archive; None where it is."""
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            missing = _TABLES - {name for (name,) in names}
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != "ok":
        return f"it is damaged: {found}"
    return f"it lacks {', '.join(sorted(missing))}" if missing else None


def _move(source: Path, database: Path) -> None:
    """The file and its place survive a power cut. Its log, if any, was folded in when it was
    closed; whatever an earlier database left beside the place goes."""
    litestream.forget_replica(database)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    source.chmod(0o640)
    move_file(source, database)
