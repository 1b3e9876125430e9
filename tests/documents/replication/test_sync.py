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


def test_a_kept_document_has_a_manifest_of_its_version(kept_document: Make) -> None:
    document = kept_document()

    assert sync_document(document.id)

    document.refresh_from_db()
    assert manifest_of(document)["version"] == document.version == document.manifest_version


def test_every_file_that_a_manifest_names_is_there(kept_document: Make) -> None:
    document = kept_document()
    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=None)

    sync_document(document.id)

    manifest = json.loads(archive().path(manifest_key(document.id)).read_bytes())
    texts = [text for page in manifest["pages"] for text in page["readings"] + page["corrections"]]
    assert len(manifest["files"]) == 4, "the original and three results"
    assert len(texts) == 3
    assert all(archive().exists(file["key"]) for file in manifest["files"] + texts)


def test_a_change_leaves_the_copy_behind_until_it_is_kept_again(kept_document: Make) -> None:
    document = kept_document()
    sync_document(document.id)
    assert not documents_to_sync(Document.objects.all()).exists()

    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=None)

    assert documents_to_sync(Document.objects.all()).get() == document
    sync_document(document.id)
    assert not documents_to_sync(Document.objects.all()).exists()


def test_what_is_being_read_is_kept_once_before_and_then_when_it_is_over() -> None:
    document = make_document(status=Status.PROCESSING, pages=["one", None], manifest_version=0)
    assert documents_to_sync(Document.objects.all()).exists(), "an upload is kept at once"

    Document.objects.update(manifest_version=1, version=7)

    assert not documents_to_sync(Document.objects.all()).exists(), "its pages come one by one"
    Document.objects.update(status=Status.READY)
    assert documents_to_sync(Document.objects.all()).get() == document


def test_two_never_keep_a_document_at_once(kept_document: Make) -> None:
    document = kept_document()
    Document.objects.update(sync_lease_expires_at=timezone.now() + datetime.timedelta(minutes=1))

    assert not sync_document(document.id)

    end_sync_leases()
    assert sync_document(document.id)


def test_a_keeper_that_died_is_followed_when_its_lease_is_over(kept_document: Make) -> None:
    document = kept_document()
    Document.objects.update(sync_lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))

    assert sync_document(document.id)


def test_a_manifest_never_goes_over_one_of_a_higher_version(kept_document: Make) -> None:
    document = kept_document()
    sync_document(document.id)
    newer = {**manifest_of(document), "version": 99}
    archive().write(manifest_key(document.id), json.dumps(newer).encode())

    sync_document(document.id)

    assert manifest_of(document)["version"] == 99


def test_a_manifest_that_can_not_be_read_is_written_anew(kept_document: Make) -> None:
    document = kept_document()
    archive().write(manifest_key(document.id), b"{torn")

    assert sync_document(document.id)

    document.refresh_from_db()
    assert manifest_of(document)["version"] == document.version


def test_without_a_bucket_documents_are_local(kept_document: Make) -> None:
    assert storage_state(kept_document()) == "local"
