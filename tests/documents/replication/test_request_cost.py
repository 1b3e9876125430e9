"""Without a bucket, a change costs a request the same whatever the length of the document."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from documents.actions.correct import correct
from documents.actions.upload import upload
from documents.files import storage
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.files.upload_staging import stage
from documents.models import Document
from documents.replication.sync import documents_to_sync, sync_document
from documents.replication.sync_worker import SyncWorker
from documents.signals import tasks_waiting
from tests.factories import make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that the archive's files were asked for."""
    keys: list[str] = []
    resolve = storage.LocalArchive.path

    def path(self: storage.LocalArchive, key: str) -> Path:
        keys.append(key)
        return resolve(self, key)

    monkeypatch.setattr(storage.LocalArchive, "path", path)
    return keys


@pytest.fixture
def correct_first_page(
    finished_document: Make,
    opened: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[int], tuple[Document, int]]:
    """Correct page 1 of a new document of so many pages; the document and the number of queries."""

    def run(pages: int) -> tuple[Document, int]:
        texts = [f"page {number}" for number in range(pages)]
        document = finished_document(pages=texts, content=b"%PDF" + bytes([pages]))
        sync_document(document.id)
        actor = make_user(team=document.team)
        opened.clear()
        with (
            CaptureQueriesContext(connection) as queries,
            django_capture_on_commit_callbacks(execute=True),
        ):
            correct(document.id, 1, {"b0": "corrected"}, revision=0, actor=actor)
        return document, len(queries)

    return run


def test_a_correction_costs_the_same_in_a_long_document(
    correct_first_page: Callable[[int], tuple[Document, int]], opened: list[str]
) -> None:
    _, of_short = correct_first_page(2)
    assert opened == [], "no file is looked at"

    _, of_long = correct_first_page(60)
    assert opened == []

    assert of_long == of_short


def test_a_background_worker_is_woken_and_writes_the_manifest(
    correct_first_page: Callable[[int], tuple[Document, int]],
) -> None:
    woken: list[object] = []

    def receive(**facts: object) -> None:
        woken.append(facts)

    tasks_waiting.connect(receive)
    try:
        document, _ = correct_first_page(2)
    finally:
        tasks_waiting.disconnect(receive)
    assert len(woken) >= 1
    assert documents_to_sync(Document.objects.all()).get() == document

    SyncWorker().sync_waiting(threading.Event())

    document.refresh_from_db()
    manifest = json.loads(archive().path(manifest_key(document.id)).read_bytes())
    assert manifest["version"] == document.manifest_version == document.version


def test_an_upload_has_its_manifest_when_it_is_answered(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    user = make_user(team=make_team())

    with django_capture_on_commit_callbacks(execute=True):
        document = upload(user, stage([b"%PDF-1.4 scan"]), "scan.pdf").document

    assert archive().exists(manifest_key(document.id))
