"""The copy beside the database: complete, never older than what is there, one worker at a time."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from documents.actions.correct import correct
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.models import Document, Status
from documents.replication.sync import (
    documents_to_sync,
    storage_state,
    sync_document,
)
from documents.replication.sync_lease import end_sync_leases
from tests.factories import make_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


def manifest_of(document: Document) -> dict[str, object]:
    content: dict[str, object] = json.loads(archive().path(manifest_key(document.id)).read_bytes())
    return content


def test_a_synced_document_has_a_manifest_of_its_version(finished_document: Make) -> None:
    document = finished_document()

    assert sync_document(document.id)

    document.refresh_from_db()
    assert manifest_of(document)["version"] == document.version == document.manifest_version


def test_every_file_of_a_manifest_exists(finished_document: Make) -> None:
    document = finished_document()
    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=None)

    sync_document(document.id)

    manifest = json.loads(archive().path(manifest_key(document.id)).read_bytes())
    texts = [text for page in manifest["pages"] for text in page["readings"] + page["corrections"]]
    assert len(manifest["files"]) == 4, "the original and three results"
    assert len(texts) == 3
    assert all(archive().exists(file["key"]) for file in manifest["files"] + texts)


def test_a_change_leaves_the_copy_behind_until_the_next_sync(finished_document: Make) -> None:
    document = finished_document()
    sync_document(document.id)
    assert not documents_to_sync(Document.objects.all()).exists()

    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=None)

    assert documents_to_sync(Document.objects.all()).get() == document
    sync_document(document.id)
    assert not documents_to_sync(Document.objects.all()).exists()


def test_a_document_being_read_is_synced_before_and_after_reading() -> None:
    document = make_document(status=Status.PROCESSING, pages=["one", None], manifest_version=0)
    assert documents_to_sync(Document.objects.all()).exists(), "an upload is kept at once"

    Document.objects.update(manifest_version=1, version=7)

    assert not documents_to_sync(Document.objects.all()).exists(), "its pages come one by one"
    Document.objects.update(status=Status.READY)
    assert documents_to_sync(Document.objects.all()).get() == document


def test_one_process_at_a_time_syncs_a_document(finished_document: Make) -> None:
    document = finished_document()
    Document.objects.update(sync_lease_expires_at=timezone.now() + datetime.timedelta(minutes=1))

    assert not sync_document(document.id)

    end_sync_leases()
    assert sync_document(document.id)


def test_an_expired_lease_can_be_taken(finished_document: Make) -> None:
    document = finished_document()
    Document.objects.update(sync_lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))

    assert sync_document(document.id)


def test_a_manifest_never_replaces_one_of_a_higher_version(finished_document: Make) -> None:
    document = finished_document()
    sync_document(document.id)
    newer = {**manifest_of(document), "version": 99}
    archive().write(manifest_key(document.id), json.dumps(newer).encode())

    sync_document(document.id)

    assert manifest_of(document)["version"] == 99


def test_an_unreadable_manifest_is_rewritten(finished_document: Make) -> None:
    document = finished_document()
    archive().write(manifest_key(document.id), b"{torn")

    assert sync_document(document.id)

    document.refresh_from_db()
    assert manifest_of(document)["version"] == document.version


def test_without_a_bucket_documents_are_local(finished_document: Make) -> None:
    assert storage_state(finished_document()) == "local"
