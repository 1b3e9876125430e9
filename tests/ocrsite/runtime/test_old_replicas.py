"""Replicas of containers long gone leave the bucket; the last ones stay."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from documents.bucket.errors import BucketForbidden
from documents.bucket.objects import ObjectFacts
from documents.bucket.store import Bucket
from documents.replication.database_replicas import list_replicas, remove_old_replicas

NOW = datetime.datetime(2026, 1, 31, tzinfo=datetime.timezone.utc)


class Shelf:
    """In the place of a bucket: replicas by their age in days. With `locked`, it deletes none."""

    def __init__(self, ages: dict[uuid.UUID, float], *, locked: bool = False) -> None:
        self.locked = locked
        self.asked = 0
        self.times = {
            f"database/{replica}/{level}/{1:016x}-{1:016x}.ltx": NOW - datetime.timedelta(days=age)
            for replica, age in ages.items()
            for level in ("0000", "0009")
        }

    def list(self, prefix: str) -> list[ObjectFacts]:
        return [ObjectFacts(key, 1, time, {}) for key, time in self.times.items()]

    def delete(self, key: str) -> None:
        self.asked += 1
        if self.locked:
            raise BucketForbidden("The access key may not delete.")
        del self.times[key]

    @property
    def left(self) -> set[uuid.UUID]:
        return {uuid.UUID(key.split("/")[1]) for key in self.times}


def test_replicas_of_containers_long_gone_go_but_for_the_newest_two() -> None:
    own, *others = [uuid.uuid4() for _ in range(6)]
    shelf = Shelf({own: 30, **dict(zip(others, [1, 8, 9, 10, 11], strict=True))})

    assert remove_old_replicas(shelf, own, NOW) == 3  # type: ignore[arg-type]

    assert shelf.left == {own, *others[:2]}


def test_a_replica_of_the_last_days_stays() -> None:
    own, *others = [uuid.uuid4() for _ in range(5)]
    shelf = Shelf({own: 0, **dict.fromkeys(others, 6.9)})

    assert remove_old_replicas(shelf, own, NOW) == 0  # type: ignore[arg-type]


def test_the_only_replica_stays_however_old() -> None:
    shelf = Shelf({uuid.uuid4(): 400})

    assert remove_old_replicas(shelf, uuid.uuid4(), NOW) == 0  # type: ignore[arg-type]


def test_a_key_that_may_not_delete_is_told_once_and_stops_nothing() -> None:
    shelf = Shelf({uuid.uuid4(): 30 + age for age in range(5)}, locked=True)

    assert remove_old_replicas(shelf, uuid.uuid4(), NOW) == 0  # type: ignore[arg-type]

    assert shelf.asked == 1
    assert len(shelf.left) == 5


@pytest.mark.s3
def test_the_command_of_every_day_leaves_what_is_young(
    s3_bucket: Bucket, settings: Any, tmp_path: Path
) -> None:
    settings.OCRSITE_BUCKET, settings.DATA_DIR = s3_bucket.address, tmp_path
    others = [uuid.uuid4() for _ in range(4)]
    for other in others:
        s3_bucket.put_bytes(f"database/{other}/0000/{1:016x}-{1:016x}.ltx", b"a copy")

    call_command("remove_old_replicas")

    assert {replica.id for replica in list_replicas(s3_bucket)} == set(others)


@pytest.mark.s3
def test_whatever_else_lies_below_the_prefix_is_not_a_replica(s3_bucket: Bucket) -> None:
    s3_bucket.put_bytes("database/readme.txt", b"not ours")
    s3_bucket.put_bytes(f"database/{uuid.uuid4()}/notes.txt", b"nor this")

    assert list_replicas(s3_bucket) == []
