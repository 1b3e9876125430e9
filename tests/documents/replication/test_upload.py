"""The mirror in the bucket: complete before it is reported, and read back from there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions.decide import approve
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.bucket.store import Bucket
from documents.exports.downloads import Download, get_original, get_result
from documents.exports.page_images import store_page_image
from documents.files.keys import manifest_key, page_image_key, result_key, tombstone_key
from documents.files.storage import archive
from documents.files.upload_staging import stage
from documents.models import Document, Tombstone
from documents.replication.sync import storage_state, sync_document
from tests.documents.replication.conftest import CONTENT, empty_disk, keys
from tests.factories import make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.s3, pytest.mark.django_db(transaction=True)]

Make = Callable[..., Document]


def sent(download: Download) -> bytes:
    with contextlib.closing(download.open()) as content:
        return b"".join(content.read_range(0, content.size))


def test_a_mirrored_document_is_in_the_bucket_file_by_file(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    store_page_image(document.id, 1, 0, b"image")

    assert sync_document(document.id)

    document.refresh_from_db()
    assert storage_state(document) == "mirrored"
    here = {
        path.relative_to(archive().root).as_posix()
        for path in (archive().root / "documents").rglob("*")
        if path.is_file()
    }
    assert keys(mirrored) == here
    assert page_image_key(document.id, 1, 0) in here


def test_an_upload_is_mirrored_when_it_is_answered(mirrored: Bucket) -> None:
    user = make_user(team=make_team())

    document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document

    assert storage_state(document) == "mirrored"
    empty_disk()
    assert sent(get_original(document)) == b"%PDF-1.4 scan"


def test_a_decision_is_in_the_bucket_when_it_is_answered(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)

    document = approve(document.id, actor=make_user(team=document.team))

    assert storage_state(document) == "mirrored"
    manifest = json.loads(mirrored.get_bytes(manifest_key(document.id)))
    assert manifest["document"]["review_status"] == "approved"


def test_a_file_missing_on_disk_is_fetched_from_the_bucket_and_stored_again(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)
    empty_disk()

    assert sent(get_original(document)) == CONTENT
    assert sent(get_result(document, "txt")).decode() == "Первая страница\n\fSecond page\n"

    for found in list(mirrored.list("documents/")):
        mirrored.delete(found.key)
    assert sent(get_original(document)) == CONTENT


def test_a_result_of_before_on_this_disk_is_not_served_for_the_one_of_now(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)

    archive().write(result_key(document.id, "txt"), b"what another machine's cache still has")

    assert sent(get_result(document, "txt")).decode() == "Первая страница\n\fSecond page\n"


def test_results_that_are_nowhere_are_assembled_again(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    empty_disk()

    assert "Second page" in sent(get_result(document, "md")).decode()


def test_a_file_in_the_bucket_is_not_uploaded_again(
    mirrored: Bucket, finished_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = finished_document()
    sync_document(document.id)
    sent: list[str] = []
    put = Bucket.put_file

    def noted(self: Bucket, key: str, *args: Any, **kwargs: Any) -> None:
        sent.append(key)
        put(self, key, *args, **kwargs)

    monkeypatch.setattr(Bucket, "put_file", noted)
    approve(document.id, actor=make_user(team=document.team))

    assert sent == [], "a decision changes the manifest alone"


def test_a_purged_document_leaves_nothing_in_the_bucket_but_its_tombstone(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)
    trash(document.id, actor=None)

    purge(document.id)

    assert keys(mirrored) == set()
    assert mirrored.head(tombstone_key(document.id)) is not None
    assert Tombstone.objects.get().mirrored
    assert not Document.objects.exists()
    assert not (archive().root / "documents" / str(document.id)).exists()
