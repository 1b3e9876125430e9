"""The mirror in the bucket: complete before it is reported, and read back from there."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions.decide import approve, reject
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.bucket.errors import BucketForbidden, BucketFull, NewerCopy
from documents.bucket.settings import BucketAddress
from documents.bucket.store import Bucket
from documents.exports.downloads import Download, get_original, get_result
from documents.exports.page_images import store_page_image
from documents.files.keys import manifest_key, page_image_key, result_key, tombstone_key
from documents.files.storage import archive
from documents.files.upload_staging import stage
from documents.models import Document, MirroredFile, Tombstone
from documents.models.event import EventKind
from documents.replication import after_commit
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource
from documents.replication.sync import storage_state, sync_document
from documents.replication.sync_worker import SyncWorker
from tests.documents.replication.conftest import CONTENT, empty_disk
from tests.factories import make_team, make_user
from tests.s3 import free_ports
from tests.s3_faults import Fault, faulty_s3

pytestmark = [pytest.mark.postgresql, pytest.mark.s3, pytest.mark.django_db(transaction=True)]

Make = Callable[..., Document]


def keys(bucket: Bucket) -> set[str]:
    return {found.key for found in bucket.list("documents/")}


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


def test_an_upload_succeeds_while_the_bucket_is_unreachable_and_is_mirrored_later(
    mirrored: Bucket, settings: Any
) -> None:
    there = settings.OCRSITE_BUCKET
    settings.OCRSITE_BUCKET = BucketAddress(
        f"http://127.0.0.1:{free_ports(1)[0]}", there.name, there.access_key, there.secret_key
    )
    user = make_user(team=make_team())

    document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document

    assert storage_state(document) == "mirror_pending"
    settings.OCRSITE_BUCKET = there
    assert sync_document(document.id)
    document.refresh_from_db()
    assert storage_state(document) == "mirrored"


def test_no_request_waits_longer_than_its_limit_for_a_bucket_that_hangs(
    mirrored: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, answers = Bucket.put_file, threading.Event()

    def slowly(self: Bucket, *args: Any, **kwargs: Any) -> None:
        answers.wait(60)
        put(self, *args, **kwargs)

    monkeypatch.setattr(Bucket, "put_file", slowly)
    monkeypatch.setattr(after_commit, "REQUEST_SECONDS", 0.2)
    user = make_user(team=make_team())

    begun = time.monotonic()
    document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document
    assert time.monotonic() - begun < 10

    assert storage_state(document) == "mirror_pending"
    answers.set()
    deadline = time.monotonic() + 20
    while storage_state(document) != "mirrored" and time.monotonic() < deadline:
        time.sleep(0.05)
        document.refresh_from_db()
    assert storage_state(document) == "mirrored", "what was begun is finished behind the answer"


def test_a_bucket_that_does_not_answer_a_probe_is_not_waited_for_as_for_a_file(
    mirrored: Bucket, settings: Any
) -> None:
    with faulty_s3({"any": Fault(kind="hang")}) as server:
        settings.OCRSITE_BUCKET = server.address
        user = make_user(team=make_team())

        begun = time.monotonic()
        document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document

        assert time.monotonic() - begun < after_commit.REQUEST_SECONDS - 2
        assert storage_state(document) == "mirror_pending"


def test_when_the_bucket_is_well_again_nothing_waits_for_its_next_try(
    mirrored: Bucket, finished_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, worker = finished_document(), SyncWorker()
    with monkeypatch.context() as patched:
        patched.setattr(Bucket, "head", lambda self, key: (_ for _ in ()).throw(BucketFull("No.")))
        worker.sync_waiting(threading.Event())
    worker.sync_waiting(threading.Event())
    document.refresh_from_db()
    assert storage_state(document) == "mirror_pending", "it pauses"

    worker.resume()
    worker.sync_waiting(threading.Event())

    document.refresh_from_db()
    assert storage_state(document) == "mirrored"


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


def test_a_bucket_that_refuses_is_not_asked_for_every_document(
    mirrored: Bucket, finished_document: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        finished_document(content=b"%PDF " + bytes([48 + number]), filename=f"{number}.pdf")
    asked: list[str] = []

    def forbidden(self: Bucket, key: str) -> None:
        asked.append(key)
        raise BucketForbidden("No.")

    monkeypatch.setattr(Bucket, "head", forbidden)
    SyncWorker().sync_waiting(threading.Event())

    assert len(asked) == 1


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
