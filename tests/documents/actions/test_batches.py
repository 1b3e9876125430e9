"""What lies below a prefix of the bucket is read, and its results are written beside."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from documents.actions import run_batch
from documents.actions.begin_batch import begin_batch, cancel_batch
from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.finish import finish
from documents.actions.prepare import record_page_count
from documents.actions.record_reading import record_reading
from documents.actions.run_batch import run_batch_slice
from documents.actions.upload import upload
from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.bucket.store import Bucket
from documents.errors import InvalidRequest, NoBucket, PrefixForbidden, RoleTooLow
from documents.files.allowed_prefixes import AllowedPrefix, parse_allowed_prefixes
from documents.models import Batch, BatchStatus, Document, Role, Task, Team, User
from tests.documents.actions.readers import READER
from tests.factories import make_layout, make_team, make_user
from tests.s3 import S3Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Sales")


@pytest.fixture
def storage(s3_server: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The archive has a bucket, which is empty."""
    settings.OCRSITE_BUCKET = s3_server.address(s3_server.new_bucket())
    monkeypatch.setattr(circuit_breaker, "shared", circuit_breaker.Breaker())
    found = configured_bucket()
    assert found is not None
    return found


@pytest.fixture
def manager(team: Team, settings: Any) -> User:
    settings.OCRSITE_BATCH_PREFIXES = (AllowedPrefix("in/", "Sales"), AllowedPrefix("out/"))
    return make_user(team=team, role=Role.MANAGER)


def begin(actor: User, **options: Any) -> Batch:
    given: dict[str, Any] = {"team_id": None, "formats": ["json", "txt"], "fields": {}, **options}
    return begin_batch(given.pop("source", "in"), given.pop("target", "out/"), actor=actor, **given)


def put(bucket: Bucket, **files: bytes) -> None:
    for name, content in files.items():
        bucket.put_bytes(f"in/{name.replace('_', '/')}.pdf", b"%PDF-1.4 " + content)


def work() -> None:
    """What the workers do, until there is nothing to do."""
    while run_batch_slice() or read_once():
        pass


def read_once() -> bool:
    worked = False
    while task := claim_task():
        worked = True
        if task.task == Task.PREPARE:
            record_page_count(task, 2)
        else:
            finish(task)
    while page := claim_page(READER):
        worked = True
        record_reading(page, make_layout(f"page {page.number}"), engine="e", engine_version="1")
    return worked


def objects(bucket: Bucket, prefix: str = "out/") -> list[str]:
    return sorted(found.key for found in bucket.list(prefix))


def report(batch: Batch, bucket: Bucket) -> dict[str, Any]:
    content = json.loads(bucket.get_bytes(f"out/batch-{batch.id}.json"))
    return {each["key"]: each for each in content["objects"]}


def test_each_object_is_read_once_and_has_its_results(manager: User, storage: Bucket) -> None:
    put(storage, a=b"one", sub_b=b"two", sub_copy=b"one")
    storage.put_bytes("in/notes.bin", b"\x00\x01 no document")
    batch = begin(manager, fields={"tags": ["from the bucket"], "pages": "2"})

    work()

    batch.refresh_from_db()
    assert (batch.status, batch.reported) == (BatchStatus.DONE, True)
    assert objects(storage) == [
        "out/a.pdf.json", "out/a.pdf.txt",
        f"out/batch-{batch.id}.csv", f"out/batch-{batch.id}.json",
        "out/sub/b.pdf.json", "out/sub/b.pdf.txt",
        "out/sub/copy.pdf.json", "out/sub/copy.pdf.txt",
    ]  # fmt: skip
    assert storage.get_bytes("out/sub/b.pdf.txt") == b"page 2\n"
    said = report(batch, storage)
    assert said["in/a.pdf"]["status"] == said["in/sub/b.pdf"]["status"] == "done"
    assert said["in/a.pdf"]["pages"] == 1
    copies = [said[f"in/{name}.pdf"] for name in ("a", "sub/copy")]
    assert sorted(copy["duplicate"] for copy in copies) == [False, True]
    assert len({copy["document"] for copy in copies}) == 1
    assert said["in/notes.bin"]["error"]["code"] == "unsupported-file-type"
    rows = list(csv.DictReader(io.StringIO(
        storage.get_bytes(f"out/batch-{batch.id}.csv").decode()
    )))  # fmt: skip
    assert {row["key"]: row["status"] for row in rows} == {k: v["status"] for k, v in said.items()}
    document = Document.objects.get(id=said["in/sub/b.pdf"]["document"])
    assert (document.origin_kind, document.origin_detail) == ("bucket", "in/sub/b.pdf")
    assert document.requested_pages == "2"
    assert [tag.name for tag in document.tags.all()] == ["from the bucket"]


def test_a_second_batch_takes_only_what_is_new(manager: User, storage: Bucket) -> None:
    put(storage, a=b"one", b=b"two")
    begin(manager)
    work()
    put(storage, b=b"two, changed", c=b"three")

    again = begin(manager)
    work()

    said = report(again, storage)
    assert {key: each["status"] for key, each in said.items()} == {
        "in/a.pdf": "unchanged", "in/b.pdf": "done", "in/c.pdf": "done",
    }  # fmt: skip
    assert Document.objects.count() == 4


def test_killed_anywhere_it_goes_on(
    manager: User,
    storage: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(storage, a=b"one", b=b"two", c=b"three")
    batch = begin(manager)
    take, calls = upload, 0

    def upload_and_die(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        done = take(*args, **kwargs)
        if calls == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(run_batch, "upload", upload_and_die)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert run_batch_slice() is None, "the lease of the dead process holds"
    run_batch.end_batch_leases()

    work()

    said = report(batch, storage)
    assert {each["status"] for each in said.values()} == {"done"}
    assert not any(each["duplicate"] for each in said.values())
    assert Document.objects.count() == 3


def test_a_batch_is_stopped(
    manager: User,
    storage: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_batch, "MOST_IN_FLIGHT", 1)
    put(storage, a=b"one", b=b"two")
    batch = begin(manager)
    run_batch_slice()
    run_batch_slice()

    cancel_batch(batch.id, actor=manager)
    work()

    batch.refresh_from_db()
    assert (batch.status, batch.reported) == (BatchStatus.CANCELLED, True)
    assert {each["status"] for each in report(batch, storage).values()} == {"cancelled"}
    assert not [key for key in objects(storage) if key.endswith(".txt")]


def test_too_many_objects_are_refused(
    manager: User,
    storage: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_batch, "MOST_OBJECTS", 1)
    put(storage, a=b"one", b=b"two")
    batch = begin(manager)

    work()

    batch.refresh_from_db()
    assert (batch.status, batch.error_code) == (BatchStatus.FAILED, "invalid-request")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("documents/", "out/"), ("in/", "database/x"), ("", "out/"), ("in/../documents", "out/"),
        ("in/", "tombstones"), ("in/", "in/results/"), ("in//x", "out"), ("doc\\uments", "out"),
    ],
)  # fmt: skip
def test_what_is_the_archives_own_is_never_touched(
    storage: Bucket,
    source: str,
    target: str,
) -> None:
    admin = make_user(team=make_team(), role=Role.MANAGER, is_superuser=True)

    with pytest.raises(InvalidRequest):
        begin(admin, source=source, target=target)


def test_managers_use_what_is_allowed_to_their_team(
    manager: User,
    team: Team,
    storage: Bucket,
) -> None:
    with pytest.raises(PrefixForbidden):
        begin(manager, source="other/")
    with pytest.raises(PrefixForbidden):
        begin(make_user(team=make_team("Legal"), role=Role.MANAGER))
    with pytest.raises(RoleTooLow):
        begin(make_user(team=team))
    assert begin(manager, source="in/sub").source == "in/sub/"
    admin = make_user(team=team, role=Role.MANAGER, is_superuser=True)
    assert begin(admin, source="other/").status == BatchStatus.LISTING


def test_without_a_bucket_there_is_none(manager: User) -> None:
    with pytest.raises(NoBucket):
        begin(manager)


def test_allowed_prefixes_are_written_by_comma() -> None:
    assert parse_allowed_prefixes("scans, Sales=sales/in/") == (
        AllowedPrefix("scans/"), AllowedPrefix("sales/in/", "Sales"),
    )  # fmt: skip
    for wrong in ("documents/", "/", "a=database"):
        with pytest.raises(ValueError):  # noqa: PT011 - the site names the variable
            parse_allowed_prefixes(wrong)
