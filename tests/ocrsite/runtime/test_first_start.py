"""A start with an empty data directory: what is waited for, what is not, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.bucket.settings import BucketAddress, Timeouts
from documents.bucket.store import Bucket
from documents.files.keys import tombstone_key
from documents.models import Document, MirroredFile, Tombstone
from documents.models.identity import identity
from documents.replication.bucket_changed import forget_mirror_if_bucket_changed
from ocrsite.runtime import first_start
from ocrsite.runtime.first_start import UNFINISHED_MARK, FirstStart
from tests.factories import make_document
from tests.s3_faults import Fault, FaultyS3, faulty_s3

FORBIDDEN = Fault(403, "AccessDenied", "No.")


class Told:
    """What /health would say."""

    def __init__(self) -> None:
        self.waiting: list[str | None] = []
        self.warnings: list[str] = []


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def s3() -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        yield server


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_start, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(first_start, "LONGEST_PAUSE", 0.02)


def start(s3: FaultyS3, directory: Path, told: Told) -> FirstStart:
    bucket = Bucket(s3.address, Timeouts(connect=20, read=20, attempts=1))
    return FirstStart(
        bucket,
        directory / "db.sqlite3",
        report_waiting=told.waiting.append,
        add_warning=told.warnings.append,
    )


def unfinished(directory: Path) -> bool:
    return (directory / UNFINISHED_MARK).exists()


def test_an_empty_bucket_that_answers_lets_a_new_archive_begin(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    start(s3, tmp_path, told).restore_database()

    assert told.waiting == [None]
    assert told.warnings == []
    assert unfinished(tmp_path), "until the documents are taken in"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="reset"),
        Fault(503, "SlowDown", "Later."),
        Fault(403, "InvalidAccessKeyId", "Who?"),
        Fault(403, "SignatureDoesNotMatch", "Wrong."),
        Fault(404, "NoSuchBucket", "Where?"),
        Fault(200, body="<html>Welcome</html>"),
    ],
    ids=lambda fault: fault.code or fault.kind,
)
def test_what_can_not_be_known_is_waited_for_and_named(
    fault: Fault, s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    s3.faults["list"] = Fault(**{**fault.__dict__, "times": 3})

    start(s3, tmp_path, told).restore_database()

    *waited, end = told.waiting
    assert len(waited) == 1, "the same reason is said once"
    assert str(waited[0]).startswith("The start waits for the bucket")
    assert end is None
    assert len([seen for seen in s3.seen if seen.operation == "list"]) == 4


def test_a_key_that_may_only_not_list_begins_a_new_archive_and_says_that_it_cannot_restore(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    s3.faults["list"] = FORBIDDEN

    start(s3, tmp_path, told).restore_database()

    [warning] = told.warnings
    assert "this key cannot restore" in warning
    assert "A new archive was created" in warning
    assert not unfinished(tmp_path), "the next start does not wait either"


def test_a_key_that_may_not_write_either_is_waited_for(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    s3.faults |= {"list": Fault(403, "AccessDenied", times=3), "put": FORBIDDEN}

    start(s3, tmp_path, told).restore_database()

    assert told.waiting[0] is not None
    assert told.warnings == []


def test_a_database_that_is_there_asks_nobody(s3: FaultyS3, tmp_path: Path, told: Told) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"a database")

    beginning = start(s3, tmp_path, told)
    beginning.restore_database()
    beginning.restore_documents()

    assert s3.seen == []


@pytest.mark.django_db
def test_a_first_start_that_broke_off_is_completed_by_the_next_start(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    purged = make_document().id
    s3.objects[tombstone_key(purged)] = b"whatever"
    start(s3, tmp_path, told).restore_database()
    (tmp_path / "db.sqlite3").write_bytes(b"restored")
    # Here it ended. The next one finds a database, and what was left to do.
    again = start(s3, tmp_path, told)
    again.restore_database()
    s3.faults["list"] = Fault(kind="reset", times=1)
    again.restore_documents()

    assert Tombstone.objects.filter(document_id=purged).exists()
    assert not unfinished(tmp_path)


@pytest.mark.django_db
def test_a_document_that_can_not_be_taken_in_is_told_and_stops_no_start(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    s3.objects["documents/00000000-0000-4000-8000-000000000000/manifest.json"] = b"{}"
    beginning = start(s3, tmp_path, told)

    beginning.restore_database()
    beginning.restore_documents()

    assert any("left out: 1)" in warning for warning in told.warnings)
    assert not unfinished(tmp_path)


@pytest.mark.django_db
def test_a_replica_that_is_broken_and_has_no_other_is_told(
    s3: FaultyS3, tmp_path: Path, told: Told
) -> None:
    replica = "00000000-0000-4000-8000-000000000000"
    s3.objects[f"database/{replica}/0000/{1:016x}-{1:016x}.ltx"] = b"nonsense"

    start(s3, tmp_path, told).restore_database()

    [warning] = told.warnings
    assert warning.startswith("No copy of the database in the bucket could be restored")


# --- another bucket -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_in_another_bucket_everything_is_missing() -> None:
    first = BucketAddress("https://one.example", "archive", "k:k", "secret")
    document = make_document(mirrored_version=3)
    MirroredFile.objects.create(document=document, key="documents/x")
    Tombstone.objects.create(document_id=make_document().id, mirrored=True)
    identity()

    assert forget_mirror_if_bucket_changed(first)

    assert not MirroredFile.objects.exists()
    assert not Document.objects.exclude(mirrored_version=0).exists()
    assert not Tombstone.objects.filter(mirrored=True).exists()
    assert identity().mirrored_to == "https://one.example/archive"


@pytest.mark.django_db
def test_in_the_same_bucket_nothing_is_forgotten_also_with_another_key() -> None:
    forget_mirror_if_bucket_changed(
        BucketAddress("https://one.example", "archive", "k:k", "secret")
    )
    document = make_document(mirrored_version=3)

    assert not forget_mirror_if_bucket_changed(
        BucketAddress("https://one.example", "archive", "n:n", "new")
    )

    document.refresh_from_db()
    assert document.mirrored_version == 3
