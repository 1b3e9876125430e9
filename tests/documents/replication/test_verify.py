"""Files are hashed again: missing, damaged and orphaned ones are reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from documents.actions.correct import correct
from documents.bucket.store import Bucket
from documents.files.keys import manifest_key, original_key, result_key
from documents.files.storage import archive
from documents.models import Document
from documents.replication.sources import BucketSource, DirectorySource
from documents.replication.sync import sync_document
from documents.replication.verify import VerifyReport, verify
from tests.documents.replication.conftest import empty_disk

pytestmark = pytest.mark.django_db

Make = Callable[..., Document]


@pytest.fixture
def document(finished_document: Make) -> Document:
    document = finished_document()
    sync_document(document.id)
    document.refresh_from_db()
    return document


def verified(*, hashes: bool = True) -> VerifyReport:
    source = DirectorySource(Path(archive().root))
    return verify(source, documents=Document.objects.all(), hashes=hashes)


def test_an_archive_in_order_is_sound(document: Document) -> None:
    report = verified()

    assert report.is_sound
    assert (report.documents, report.files) == (1, 6)
    assert not (report.orphaned or report.behind)


def test_a_lost_original_is_missing(document: Document) -> None:
    key = original_key(document.id, document.filename)
    archive().path(key).unlink()

    assert verified().missing == [key]


def test_a_changed_byte_is_found(document: Document) -> None:
    path = archive().path(original_key(document.id, document.filename))
    path.write_bytes(path.read_bytes().replace(b"own", b"OWN"))

    assert len(verified().damaged) == 1
    assert verified(hashes=False).is_sound, "sizes alone do not tell"


def test_a_shorter_result_is_found_by_its_size(document: Document) -> None:
    archive().write(result_key(document.id, "txt"), b"short")

    assert "result.txt" in verified(hashes=False).damaged[0]


def test_a_damaged_reading_is_found(document: Document) -> None:
    path = next((archive().root / f"documents/{document.id}/readings").iterdir())
    path.write_bytes(b"\x1f\x8b" + path.read_bytes()[2:-8] + b"12345678")

    assert path.name in verified().damaged[0]


def test_a_lost_manifest_is_missing(document: Document) -> None:
    archive().path(manifest_key(document.id)).unlink()

    assert "manifest.json" in verified().missing[0]


def test_what_belongs_to_no_document_is_an_orphan_and_page_images_are_not(
    document: Document,
) -> None:
    archive().write("documents/0/original/left.pdf", b"x")
    archive().write(f"documents/{document.id}/pages/0001.webp", b"derived")

    report = verified()

    assert report.orphaned == ["documents/0/original/left.pdf"]
    assert report.is_sound


def test_a_copy_that_waits_to_be_written_is_behind_and_not_damaged(document: Document) -> None:
    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=None)

    report = verified()

    assert report.is_sound
    assert len(report.behind) == 1


@pytest.mark.s3
@pytest.mark.django_db(transaction=True)
def test_a_disk_beside_a_bucket_may_lack_mirrored_files(
    mirrored: Bucket, document: Document
) -> None:
    empty_disk()
    source = DirectorySource(Path(archive().root))

    report = verify(source, documents=Document.objects.all(), hashes=True, partial=True)

    assert report.is_sound
    assert report.elsewhere > 0


@pytest.mark.s3
@pytest.mark.django_db(transaction=True)
def test_the_bucket_is_verified_too(mirrored: Bucket, document: Document) -> None:
    mirrored.delete(original_key(document.id, document.filename))
    mirrored.put_bytes(result_key(document.id, "md"), b"x" * document.result_files["md"]["size"])
    mirrored.put_bytes("documents/0/manifest.json", b"{}")

    report = verify(BucketSource(mirrored), documents=Document.objects.all(), hashes=True)

    assert [key.rpartition("/")[2] for key in report.missing] == ["счёт №5.pdf"]
    assert "result.md" in report.damaged[0]
    assert report.orphaned == ["documents/0/manifest.json"]


def test_the_command_ends_with_1_where_something_is_missing(
    document: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("archive", "verify")
    archive().path(original_key(document.id, document.filename)).unlink()

    with pytest.raises(SystemExit) as stop:
        call_command("archive", "verify")

    assert stop.value.code == 1
    assert "missing: documents/" in capsys.readouterr().out
