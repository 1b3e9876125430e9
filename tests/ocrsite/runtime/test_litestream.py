"""The database's copy in the bucket: how Litestream is told of it, and what comes back."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from pathlib import Path

import pytest

from documents.bucket.errors import BucketUnreachable
from documents.bucket.settings import BucketAddress
from documents.bucket.store import Bucket
from documents.replication.database_replicas import list_replicas
from ocrsite.runtime import litestream
from ocrsite.runtime.restore_database import find_defect, restore_newest_replica
from tests.ocrsite.litestream_runs import (
    new_database,
    note,
    notes,
    objects,
    replicating,
    restored_rows,
)
from tests.ocrsite.running_site import eventually
from tests.s3 import free_ports

ADDRESS = BucketAddress("https://s3.example", "archive", "tenant:key", "the-secret-of-the-bucket")


def test_the_configuration_holds_no_secret_and_is_nobody_elses(tmp_path: Path) -> None:
    text = litestream.build_configuration(tmp_path / "db.sqlite3", ADDRESS, uuid.uuid4())

    path = litestream.write_configuration(tmp_path, text)

    assert ADDRESS.secret_key not in path.read_text()
    assert ADDRESS.access_key not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_keys_are_in_its_environment_and_not_on_its_command_line(tmp_path: Path) -> None:
    variables = litestream.build_variables({}, ADDRESS)
    commands = [
        litestream.build_replicate_command("litestream", tmp_path),
        litestream.build_restore_command("litestream", tmp_path, tmp_path, tmp_path),
    ]

    assert variables["LITESTREAM_ACCESS_KEY_ID"] == ADDRESS.access_key
    assert variables["LITESTREAM_SECRET_ACCESS_KEY"] == ADDRESS.secret_key
    assert ADDRESS.secret_key not in str(commands)


def test_it_gets_none_of_the_variables_that_change_it_or_are_not_for_it() -> None:
    given = {
        "PATH": "/bin",
        "SSL_CERT_FILE": "/certificates",
        "AWS_CA_BUNDLE": "/certificates",
        "AWS_PROFILE": "another",
        "AWS_ENDPOINT_URL": "http://elsewhere",
        "LITESTREAM_CONFIG": "/etc/other",
        "CLOUDRU_S3_SECRET_KEY": "secret",
        "OCRSITE_SECRET_KEY": "secret",
    }

    variables = litestream.build_variables(given, ADDRESS)

    assert variables["SSL_CERT_FILE"] == "/certificates", "the machine's authorities count"
    assert not given.keys() & variables.keys() - {"PATH", "SSL_CERT_FILE"}
    assert variables["AWS_CONFIG_FILE"] == os.devnull, "nor what a home directory says"


@pytest.mark.parametrize("directory", ["a $HOME dir", "каталог: 1", 'quo"te'])
def test_any_path_may_stand_in_the_configuration(directory: str, tmp_path: Path) -> None:
    database = tmp_path / directory / "db.sqlite3"

    text = litestream.build_configuration(database, ADDRESS, uuid.uuid4())

    assert json.loads(text)["dbs"][0]["path"] == str(database)
    assert "-no-expand-env" in litestream.build_replicate_command("litestream", database)


def test_every_data_directory_has_a_replica_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()

    assert litestream.read_or_create_replica_id(first) == litestream.read_or_create_replica_id(
        first
    )
    assert litestream.read_or_create_replica_id(first) != litestream.read_or_create_replica_id(
        second
    )


def test_another_database_in_its_place_begins_another_replica(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    before = litestream.read_or_create_replica_id(tmp_path)

    litestream.forget_replica(database)

    assert litestream.read_or_create_replica_id(tmp_path) != before


# --- what it says -------------------------------------------------------------------------------


def test_its_complaints_are_readable_and_not_repeated() -> None:
    relay = litestream.LogFormatter()
    line = (
        '{"time":"2026-11-24T22:40:54Z","level":"ERROR","msg":"sync failed",'
        '"error":"S3: https response error StatusCode: 403, RequestID: NUMBER, HostID: , no"}'
    )

    first, again = relay(line.replace("NUMBER", "A1")), relay(line.replace("NUMBER", "B2"))

    assert first is not None
    assert first.startswith("sync failed: S3:")
    assert again is None
    assert relay(line.replace("403", "500").replace("no", "other")) is not None
    assert relay("not JSON") == "not JSON"
    assert relay("") is None


# --- what comes back ----------------------------------------------------------------------------


@pytest.mark.s3
def test_what_was_committed_right_before_the_end_is_in_the_bucket(
    s3_bucket: Bucket, tmp_path: Path
) -> None:
    database = new_database(tmp_path / "data")

    with replicating(database, s3_bucket):
        note(database, "last words")

    assert restored_rows(s3_bucket, tmp_path, "SELECT note FROM notes") == [("last words",)]


@pytest.mark.s3
def test_of_two_replicas_the_one_written_to_last_is_restored(
    s3_bucket: Bucket, tmp_path: Path
) -> None:
    older, newer = new_database(tmp_path / "older"), new_database(tmp_path / "newer")
    target = tmp_path / "new" / "db.sqlite3"
    target.parent.mkdir()
    with replicating(newer, s3_bucket) as last:
        with replicating(older, s3_bucket) as first:
            note(older, "older")
        _a_second_after(s3_bucket, first, newer)
    note(newer, "not copied any more")

    result = restore_newest_replica(s3_bucket, target)

    assert result.replica is not None
    assert result.replica.id == last
    assert notes(target)[0] == "newer"
    assert "not copied any more" not in notes(target)
    assert [path.name for path in target.parent.iterdir() if path.is_dir()] in ([], ["replica"])


@pytest.mark.s3
def test_a_damaged_newest_replica_gives_way_to_the_next(s3_bucket: Bucket, tmp_path: Path) -> None:
    older, newer = new_database(tmp_path / "older"), new_database(tmp_path / "newer")
    target = tmp_path / "new" / "db.sqlite3"
    target.parent.mkdir()
    with replicating(newer, s3_bucket) as last:
        with replicating(older, s3_bucket) as first:
            note(older, "older")
        _a_second_after(s3_bucket, first, newer)
    for key in objects(s3_bucket, last):
        s3_bucket.put_bytes(key, b"no longer what it was")

    result = restore_newest_replica(s3_bucket, target)

    assert result.replica is not None
    assert result.replica.id == first
    assert [broken.id for broken in result.broken] == [last]
    assert notes(target) == ["older"]


@pytest.mark.s3
def test_where_every_replica_is_damaged_there_is_no_database(
    s3_bucket: Bucket, tmp_path: Path
) -> None:
    broken = uuid.uuid4()
    s3_bucket.put_bytes(f"database/{broken}/0000/{1:016x}-{1:016x}.ltx", b"nonsense")

    result = restore_newest_replica(s3_bucket, tmp_path / "db.sqlite3")

    assert result.replica is None
    assert [found.id for found in result.broken] == [broken]
    assert not (tmp_path / "db.sqlite3").exists()


def test_a_bucket_that_does_not_answer_is_not_an_empty_one(tmp_path: Path) -> None:
    [closed] = free_ports(1)
    nowhere = Bucket(BucketAddress(f"http://127.0.0.1:{closed}", "archive", "tenant:key", "secret"))

    with pytest.raises(BucketUnreachable):
        restore_newest_replica(nowhere, tmp_path / "db.sqlite3")


def test_a_database_that_is_damaged_or_somebody_elses_is_not_taken(tmp_path: Path) -> None:
    sound = new_database(tmp_path / "sound")
    other = tmp_path / "other.sqlite3"
    sqlite3.connect(other).execute("CREATE TABLE wp_posts (id INTEGER)")
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    assert find_defect(sound) is None
    assert "it has no table django_migrations" in str(find_defect(other))
    assert find_defect(damaged)


def _a_second_after(bucket: Bucket, other: uuid.UUID, database: Path) -> None:
    """Write to `database` until its replica is newer than the other: times have whole seconds."""

    def newer() -> bool:
        note(database, "newer")
        return list_replicas(bucket)[0].id != other

    eventually(newer, 20, "a newer replica")
