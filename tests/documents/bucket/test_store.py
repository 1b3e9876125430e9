"""The bucket on a real S3 server: objects of any size and key are read as they were written."""

from __future__ import annotations

import datetime
import hashlib
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from documents.bucket.configured import configured_bucket
from documents.bucket.errors import BucketForbidden, NoSuchBucket, ObjectMissing, ObjectTooLarge
from documents.bucket.settings import BucketAddress
from documents.bucket.store import Bucket
from tests.s3 import NO_WRITE, S3Server

MB = 2**20

pytestmark = pytest.mark.s3


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Fails where Python's memory grows by more than `size` bytes at any moment in here."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


def large_file(path: Path, size: int) -> str:
    """Write `size` bytes, no two MB of them alike; returns their SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(size // MB):
            block = number.to_bytes(4, "big") * (MB // 4)
            file.write(block)
            digest.update(block)
    return digest.hexdigest()


def test_an_object_is_read_as_it_was_written(s3_bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"content")
    s3_bucket.put_file("documents/a/file", tmp_path / "in")
    s3_bucket.put_bytes("documents/a/bytes", b"more")

    s3_bucket.get_file("documents/a/file", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == b"content"
    assert s3_bucket.get_bytes("documents/a/bytes") == b"more"


def test_putting_replaces_what_was_there(s3_bucket: Bucket) -> None:
    s3_bucket.put_bytes("a", b"first, and longer")
    s3_bucket.put_bytes("a", b"second")

    assert s3_bucket.get_bytes("a") == b"second"


def test_an_empty_object_is_an_object(s3_bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "in").touch()
    s3_bucket.put_file("empty", tmp_path / "in")
    s3_bucket.get_file("empty", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == s3_bucket.get_bytes("empty") == b""


def test_a_large_file_is_sent_in_parts_and_memory_stays_flat(
    s3_bucket: Bucket, s3_server: S3Server, tmp_path: Path
) -> None:
    digest = large_file(tmp_path / "in", 40 * MB)
    s3_bucket.head("large")  # so that the client is there, which is as large as a part

    with at_most(12 * MB):
        s3_bucket.put_file("large", tmp_path / "in")
        s3_bucket.get_file("large", tmp_path / "out")

    assert hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest() == digest
    facts = s3_server.admin.head_object(Bucket=s3_bucket.address.name, Key="large")
    assert facts["ETag"].endswith('-3"'), "the server counts three parts"


@pytest.mark.parametrize(
    "key",
    [
        "documents/a b/original/two  spaces.pdf",
        "documents/ё/Йод ёж.pdf",
        "documents/a+b",
        "documents/100%",
        "documents/%2B%2e",
        "documents/a&b=c?d#e;f",
        "documents/quote'\"<&>",
        "documents/~!$()*,:@[]",
        "documents/😀",
    ],
)
def test_a_key_may_have_any_letters(s3_bucket: Bucket, key: str) -> None:
    s3_bucket.put_bytes(key, key.encode())

    facts = s3_bucket.head(key)
    assert s3_bucket.get_bytes(key) == key.encode()
    assert facts is not None and facts.key == key
    assert [found.key for found in s3_bucket.list("documents/")] == [key]
    assert [found.key for found in s3_bucket.list(key)] == [key]
    s3_bucket.delete(key)
    assert s3_bucket.head(key) is None


@pytest.mark.parametrize("key", ["", "a" * 1025, "ё" * 513])
def test_what_can_be_no_key_is_refused_here(s3_bucket: Bucket, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        s3_bucket.put_bytes(key, b"")


def test_the_facts_of_an_object(s3_bucket: Bucket) -> None:
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=2)
    s3_bucket.put_bytes("a", b"four", content_type="text/plain", metadata={"Sha256": "abc"})

    facts = s3_bucket.head("a")

    assert facts is not None
    assert (facts.key, facts.size, facts.metadata) == ("a", 4, {"sha256": "abc"})
    assert facts.modified.tzinfo is datetime.timezone.utc
    assert before < facts.modified < before + datetime.timedelta(seconds=60)


def test_a_file_keeps_its_type_and_metadata_too(
    s3_bucket: Bucket, s3_server: S3Server, tmp_path: Path
) -> None:
    (tmp_path / "in").write_bytes(b"%PDF-")
    s3_bucket.put_file(
        "a", tmp_path / "in", content_type="application/pdf", metadata={"sha256": "abc"}
    )

    said = s3_server.admin.head_object(Bucket=s3_bucket.address.name, Key="a")

    assert said["ContentType"] == "application/pdf"
    assert said["Metadata"] == {"sha256": "abc"}


def test_metadata_that_no_header_can_carry_is_refused_here(s3_bucket: Bucket) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        s3_bucket.put_bytes("a", b"", metadata={"title": "Ёж"})


def test_a_missing_object(s3_bucket: Bucket, tmp_path: Path) -> None:
    assert s3_bucket.head("none") is None
    assert list(s3_bucket.list("none")) == []
    with pytest.raises(ObjectMissing, match="no object none"):
        s3_bucket.get_bytes("none")
    with pytest.raises(ObjectMissing):
        s3_bucket.get_file("none", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    s3_bucket.delete("none")


def test_a_file_that_is_there_is_not_overwritten(s3_bucket: Bucket, tmp_path: Path) -> None:
    s3_bucket.put_bytes("a", b"from the bucket")
    (tmp_path / "out").write_bytes(b"before")

    with pytest.raises(FileExistsError):
        s3_bucket.get_file("a", tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == b"before"


def test_an_error_of_this_machines_disk_stays_one(s3_bucket: Bucket, tmp_path: Path) -> None:
    s3_bucket.put_bytes("a", b"")

    with pytest.raises(FileNotFoundError):
        s3_bucket.put_file("b", tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        s3_bucket.get_file("a", tmp_path / "no directory" / "out")


def test_no_more_is_read_into_memory_than_allowed(s3_bucket: Bucket) -> None:
    s3_bucket.put_bytes("a", b"x" * 1000)

    assert len(s3_bucket.get_bytes("a", max_bytes=1000)) == 1000
    with pytest.raises(ObjectTooLarge):
        s3_bucket.get_bytes("a", max_bytes=999)


def test_a_list_goes_past_a_thousand_and_many_threads_share_a_bucket(s3_bucket: Bucket) -> None:
    keys = [f"documents/{number:04d}" for number in range(1005)]
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda key: s3_bucket.put_bytes(key, b"x"), [*keys, "other"]))

    found = list(s3_bucket.list("documents/"))

    assert sorted(facts.key for facts in found) == keys
    assert {(facts.size, len(facts.metadata)) for facts in found} == {(1, 0)}


def test_a_missing_bucket_is_not_mistaken_for_an_empty_one(s3_server: S3Server) -> None:
    missing = Bucket(s3_server.address("no-such-bucket"))

    for ask in (missing.head, missing.get_bytes, missing.delete):
        with pytest.raises(NoSuchBucket, match="no bucket no-such-bucket"):
            ask("a")
    with pytest.raises(NoSuchBucket):
        list(missing.list(""))


def test_a_key_without_permission_to_write_may_still_read(
    s3_bucket: Bucket, s3_server: S3Server
) -> None:
    s3_bucket.put_bytes("a", b"content")
    reader = Bucket(s3_server.address(s3_bucket.address.name, NO_WRITE))

    assert reader.get_bytes("a") == b"content"
    with pytest.raises(BucketForbidden, match="allow it to read, write"):
        reader.put_bytes("a", b"other")


def test_the_process_has_one_bucket_as_the_settings_name_it(settings: Settings) -> None:
    settings.OCRSITE_BUCKET = None
    assert configured_bucket() is None

    one, other = (
        BucketAddress("http://127.0.0.1:1", name, "a:b", "c") for name in ("one", "other")
    )
    settings.OCRSITE_BUCKET = one
    first = configured_bucket()
    assert first is not None and first.address == one
    settings.OCRSITE_BUCKET = other
    assert configured_bucket() is not first
    settings.OCRSITE_BUCKET = BucketAddress(one.endpoint, one.name, one.access_key, one.secret_key)
    assert configured_bucket() is first
