"""Two containers write to one bucket: which version stays, and who is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions.decide import approve, reject
from documents.bucket.errors import NewerCopy
from documents.bucket.store import Bucket
from documents.files.keys import manifest_key, tombstone_key
from documents.models import Document, MirroredFile
from documents.models.event import EventKind
from documents.replication import after_commit
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource
from documents.replication.sync import storage_state, sync_document
from documents.replication.sync_worker import SyncWorker
from tests.documents.replication.conftest import keys
from tests.factories import make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.s3, pytest.mark.django_db(transaction=True)]

Make = Callable[..., Document]


@pytest.fixture
def overtaken(mirrored: Bucket, finished_document: Make) -> Document:
    """A document that another container, with a database of its own, has approved; it is rejected
    here, in the same version."""
    document = finished_document()
    sync_document(document.id)
    key = manifest_key(document.id)
    theirs = json.loads(mirrored.get_bytes(key))
    theirs["version"] += 1
    theirs["document"]["review_status"] = "approved"
    mirrored.put_bytes(
        key,
        json.dumps(theirs).encode(),
        metadata={"version": str(theirs["version"]), "writer": "another container"},
    )
    return reject(document.id, actor=make_user(team=document.team))


def test_a_version_that_another_container_wrote_first_stays(
    mirrored: Bucket, overtaken: Document
) -> None:
    assert storage_state(overtaken) == "mirror_pending"
    with pytest.raises(NewerCopy):
        sync_document(overtaken.id)
    manifest = json.loads(mirrored.get_bytes(manifest_key(overtaken.id)))
    assert manifest["document"]["review_status"] == "approved"


def test_an_overtaken_container_restores_the_other_version(overtaken: Document) -> None:
    SyncWorker().sync_waiting(threading.Event())

    overtaken.refresh_from_db()
    assert overtaken.review_status == "approved"
    assert storage_state(overtaken) == "mirrored"
    assert [page.layout.text for page in overtaken.pages.all() if page.layout] == [
        "Первая страница",
        "Second page",
    ]


def test_many_changes_here_do_not_outvote_one_that_was_mirrored_before(
    mirrored: Bucket, overtaken: Document
) -> None:
    user = make_user(team=overtaken.team)
    for _ in range(3):
        reject(approve(overtaken.id, actor=user).id, actor=user)
    overtaken.refresh_from_db()
    manifest = json.loads(mirrored.get_bytes(manifest_key(overtaken.id)))
    assert overtaken.version > manifest["version"] + 1
    assert manifest["document"]["review_status"] == "approved", "theirs, as it was mirrored"

    SyncWorker().sync_waiting(threading.Event())

    overtaken.refresh_from_db()
    assert overtaken.review_status == "approved"
    assert storage_state(overtaken) == "mirrored"


def test_changes_that_gave_way_are_named_with_their_authors(overtaken: Document) -> None:
    SyncWorker().sync_waiting(threading.Event())

    adopted = overtaken.events.get(kind=EventKind.ADOPTED)
    [change] = adopted.data["gave_way"]
    assert change.startswith("document.rejected")
    assert str(overtaken.events.exclude(actor=None).get().actor) in change


def test_of_two_simultaneous_writers_one_is_not_mirrored(
    mirrored: Bucket, finished_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = finished_document()
    sync_document(document.id)
    key, put = manifest_key(document.id), Bucket.put_bytes

    def a_moment_later(self: Bucket, key_: str, content: bytes, **options: Any) -> None:
        monkeypatch.setattr(Bucket, "put_bytes", put)
        theirs = json.loads(content)
        theirs["document"]["review_status"] = "approved"
        facts = {"version": str(theirs["version"]), "writer": "another container"}
        put(self, key, json.dumps(theirs).encode(), metadata=facts)
        put(self, key_, content, **options)

    monkeypatch.setattr(Bucket, "put_bytes", a_moment_later)
    document = reject(document.id, actor=make_user(team=document.team))

    assert storage_state(document) == "mirror_pending"
    assert json.loads(mirrored.get_bytes(key))["document"]["review_status"] == "approved"


def test_a_change_that_gave_way_while_its_answer_waited_is_not_called_mirrored(
    overtaken: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A background process takes the bucket's version while the request waits for its turn.
    worker = SyncWorker()
    stopping = threading.Event()
    monkeypatch.setattr(after_commit, "sync_document", lambda _: worker.sync_waiting(stopping))

    document = reject(approve(overtaken.id, actor=None).id, actor=make_user(team=overtaken.team))

    assert storage_state(document) == "mirror_pending"
    document.refresh_from_db()
    assert (document.review_status, storage_state(document)) == ("approved", "mirrored")


def test_an_own_version_that_the_database_lost_is_not_mistaken_for_another_containers(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)
    # Its copy is of the moment before it noted what the bucket has.
    Document.objects.update(mirrored_version=0)
    MirroredFile.objects.all().delete()

    report = restore_all(BucketSource(mirrored), with_files=False)

    document.refresh_from_db()
    assert report.outcomes == {Outcome.KNOWN: 1}
    assert storage_state(document) == "mirrored"
    assert MirroredFile.objects.filter(document=document).count() == 6
    assert not document.events.filter(kind=EventKind.ADOPTED).exists()


def test_a_document_purged_by_another_container_is_deleted_here(
    mirrored: Bucket, finished_document: Make
) -> None:
    document = finished_document()
    sync_document(document.id)
    for found in list(mirrored.list("documents/")):
        mirrored.delete(found.key)
    mirrored.put_bytes(tombstone_key(document.id), b"{}")
    approve(document.id, actor=make_user(team=document.team))

    SyncWorker().sync_waiting(threading.Event())

    assert not Document.objects.exists()
    assert keys(mirrored) == set()
