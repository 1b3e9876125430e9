"""Databases and their replicas in a bucket, without a site around them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.bucket.errors import BucketError
from documents.bucket.settings import DATABASE_PREFIX
from documents.bucket.store import Bucket
from ocrsite.runtime import litestream
from ocrsite.runtime.restore_database import RestoreInterrupted, restore_newest_replica
from tests.ocrsite.running_site import eventually

TABLES = ("django_migrations", "documents_document", "documents_page", "documents_user")


def new_database(directory: Path) -> Path:
    """One with the names of our tables, and a table `notes`."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE notes (note TEXT)")
    return path


def note(database: Path, text: str) -> None:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("INSERT INTO notes VALUES (?)", [text])


def notes(database: Path) -> list[str]:
    return [text for (text,) in rows(database, "SELECT note FROM notes ORDER BY rowid")]


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


@contextlib.contextmanager
def replicating(database: Path, bucket: Bucket) -> Iterator[uuid.UUID]:
    """Litestream at work, as the supervisor starts it; it has stopped, well, after the block."""
    replica = litestream.read_or_create_replica_id(database.parent)
    text = litestream.build_configuration(database, bucket.address, replica)
    process = subprocess.Popen(
        litestream.build_replicate_command(
            litestream.find_program(), litestream.write_configuration(database.parent, text)
        ),
        env=litestream.build_variables(dict(os.environ), bucket.address),
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: objects(bucket, replica), 20, "a first copy in the bucket")
        yield replica
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def objects(bucket: Bucket, replica: uuid.UUID) -> list[str]:
    return [found.key for found in bucket.list(f"{DATABASE_PREFIX}{replica}/")]


def restored_rows(bucket: Bucket, directory: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the newest replica says, if it can be restored at this moment."""
    database = directory / f"look-{uuid.uuid4().hex}" / "db.sqlite3"
    database.parent.mkdir()
    with contextlib.suppress(BucketError, RestoreInterrupted):
        if restore_newest_replica(bucket, database).replica is not None:
            return rows(database, sql)
    return []
