"""Each state of each object below a prefix becomes one document, with results beside by choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from documents.actions import take_bucket_inbox, take_item
from documents.actions.manage_source import make_source, retry_items
from documents.actions.run_source import end_source_leases
from documents.actions.upload import upload
from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.bucket.store import Bucket
from documents.errors import InvalidRequest, PrefixForbidden
from documents.files.allowed_prefixes import AllowedPrefix
from documents.models import Document, Origin, OriginKind, Source, Team, User
from tests.documents.actions.test_batches import read_once
from tests.documents.sources.conftest import run
from tests.s3 import S3Server

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 "


@pytest.fixture
def storage(s3_server: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The archive has a bucket, which is empty."""
    settings.OCRSITE_BUCKET = s3_server.address(s3_server.new_bucket())
    settings.OCRSITE_BATCH_PREFIXES = (AllowedPrefix("in/"),)
    monkeypatch.setattr(circuit_breaker, "shared", circuit_breaker.Breaker())
    found = configured_bucket()
    assert found is not None
    return found


@pytest.fixture
def inbox(storage: Bucket, manager: User, team: Team) -> Callable[..., Source]:
    def make(**options: Any) -> Source:
        source = make_source(
            "bucket",
            actor=manager,
            team_id=team.id,
            name="Scans",
            options={"prefix": "in", **options},
        )
        Source.objects.filter(pk=source.pk).update(check_wanted=False)
        return source

    return make


def read_everything() -> None:
    while read_once():
        pass


def keys(bucket: Bucket, prefix: str = "in/") -> list[str]:
    return sorted(found.key for found in bucket.list(prefix))


def test_each_state_of_an_object_is_taken_once_and_its_results_lie_beside(
    inbox: Callable[..., Source], storage: Bucket, manager: User
) -> None:
    source = inbox(results=["json", "md"])
    storage.put_bytes("in/a.pdf", PDF + b"one")
    storage.put_bytes("in/sub/b.pdf", PDF + b"two")
    storage.put_bytes("elsewhere/c.pdf", PDF + b"three")
    storage.put_bytes("in/program.bin", b"\x00\x01 no document")

    run(source, manager)
    read_everything()
    run(source, manager)

    assert Document.objects.count() == source.taken == 2
    assert keys(storage) == [
        "in/a.pdf", "in/a.pdf.result.json", "in/a.pdf.result.md", "in/program.bin",
        "in/sub/b.pdf", "in/sub/b.pdf.result.json", "in/sub/b.pdf.result.md",
    ]  # fmt: skip
    assert b"page 1" in storage.get_bytes("in/a.pdf.result.md")
    document = Document.objects.get(filename="b.pdf")
    assert document.origin == Origin(OriginKind.BUCKET, "Scans", "in/sub/b.pdf")
    refused = source.items.get(status="refused")
    assert (refused.name, refused.error_code) == ("program.bin", "unsupported-file-type")

    storage.put_bytes("in/a.pdf", PDF + b"one, corrected")
    storage.put_bytes("in/program.bin", PDF + b"now it is one")
    run(source, manager)
    run(source, manager)
    assert Document.objects.count() == source.taken == 4
    assert source.refused == 1


@pytest.mark.parametrize("afterwards", ["move", "delete"])
def test_killed_anywhere_each_object_makes_one_document_and_leaves_the_inbox(
    inbox: Callable[..., Source], storage: Bucket, manager: User, afterwards: str
) -> None:
    names = [f"{number}.pdf" for number in range(3)]
    for name in names:
        storage.put_bytes(f"in/{name}", PDF + name.encode())
    source = inbox(afterwards=afterwards, results=["txt"])
    for owner, name in (
        (take_bucket_inbox, "upload"),
        (take_item, "_settle"),
        (take_bucket_inbox, "_finish"),
        (Bucket, "delete"),
    ):
        real = getattr(owner, name)

        def die_after(*args: Any, _real: Any = real, **kwargs: Any) -> Any:
            _real(*args, **kwargs)
            raise KeyboardInterrupt

        with mock.patch.object(owner, name, die_after):
            try:
                run(source, manager)
            except KeyboardInterrupt:
                end_source_leases()
    run(source, manager)
    read_everything()
    run(source, manager)

    assert Document.objects.count() == source.taken == 3
    place = "in/done/" if afterwards == "move" else "in/"
    results = [f"{place}{name}.result.txt" for name in names]
    moved = [f"{place}{name}" for name in names] if afterwards == "move" else []
    assert keys(storage) == sorted(results + moved)
    run(source, manager)
    assert Document.objects.count() == 3


def test_a_file_that_comes_under_the_name_meanwhile_is_not_deleted(
    inbox: Callable[..., Source], storage: Bucket, manager: User
) -> None:
    storage.put_bytes("in/a.pdf", PDF + b"one")
    source = inbox(afterwards="delete")

    def upload_slowly(*args: Any, **kwargs: Any) -> Any:
        done = upload(*args, **kwargs)
        storage.put_bytes("in/a.pdf", PDF + b"two, in the meantime")
        return done

    with mock.patch.object(take_bucket_inbox, "upload", upload_slowly):
        run(source, manager)
    assert keys(storage) == ["in/a.pdf"]
    run(source, manager)
    assert keys(storage) == []
    assert Document.objects.count() == 2


def test_what_failed_is_tried_again_when_somebody_asks(
    inbox: Callable[..., Source], storage: Bucket, manager: User
) -> None:
    storage.put_bytes("in/a.pdf", PDF)
    storage.put_bytes("in/b.pdf", PDF + b"b")
    source = inbox()
    with mock.patch.object(take_bucket_inbox, "upload", side_effect=RuntimeError):
        for _ in range(5):
            run(source, manager)
    assert (source.failed, source.taken) == (2, 0)

    storage.delete("in/b.pdf")
    assert retry_items(source.id, actor=manager) == 2
    run(source, manager)
    assert {item.name: (item.status, item.error_code) for item in source.items.all()} == {
        "a.pdf": ("taken", ""), "b.pdf": ("failed", "source-item-gone"),
    }  # fmt: skip


def test_a_bucket_that_does_not_answer_is_said(
    inbox: Callable[..., Source], storage: Bucket, manager: User, settings: Any
) -> None:
    source = inbox()
    settings.OCRSITE_BUCKET = None
    run(source, manager)
    assert source.error_code == "no-bucket"


def test_managers_use_allowed_prefixes_and_no_prefix_twice(
    inbox: Callable[..., Source],
) -> None:
    with pytest.raises(PrefixForbidden):
        inbox(prefix="secret/")
    with pytest.raises(InvalidRequest):
        inbox(prefix="documents/")
    inbox(prefix="in/a")
    with pytest.raises(InvalidRequest, match="Another source"):
        inbox(prefix="in/")
