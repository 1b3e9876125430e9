"""A bucket that hangs, fails or refuses keeps nobody waiting and loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions.upload import upload
from documents.bucket.errors import BucketForbidden, BucketFull
from documents.bucket.settings import BucketAddress
from documents.bucket.store import Bucket
from documents.files.upload_staging import stage
from documents.models import Document
from documents.replication import after_commit
from documents.replication.sync import storage_state, sync_document
from documents.replication.sync_worker import SyncWorker
from tests.factories import make_team, make_user
from tests.s3 import free_ports
from tests.s3_faults import Fault, faulty_s3

pytestmark = [pytest.mark.postgresql, pytest.mark.s3, pytest.mark.django_db(transaction=True)]

Make = Callable[..., Document]


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
    assert time.monotonic() - begun < 30, "the bucket hangs for 60 s"

    assert storage_state(document) == "mirror_pending"
    answers.set()
    deadline = time.monotonic() + 60
    while storage_state(document) != "mirrored" and time.monotonic() < deadline:
        time.sleep(0.05)
        document.refresh_from_db()
    assert storage_state(document) == "mirrored", "what was begun is finished behind the answer"


def test_a_bucket_that_does_not_answer_a_probe_is_not_waited_for_as_for_a_file(
    mirrored: Bucket, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_commit, "REQUEST_SECONDS", 60)  # as for a file
    with faulty_s3({"any": Fault(kind="hang")}) as server:
        settings.OCRSITE_BUCKET = server.address
        user = make_user(team=make_team())

        begun = time.monotonic()
        document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document

        assert time.monotonic() - begun < 30
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
