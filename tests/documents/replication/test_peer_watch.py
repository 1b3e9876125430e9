"""Another container of the same archive: what it does is found here without a new start."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from documents.actions.trash import trash
from documents.bucket.store import Bucket
from documents.files.keys import manifest_key, tombstone_key
from documents.models import Document
from documents.replication.bucket_manifest import read_writer_id
from documents.replication.peer_watch import PeerWatch
from documents.replication.sync import sync_document
from tests.documents.replication.conftest import finished_document, mirrored  # noqa: F401

pytestmark = [pytest.mark.s3, pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bucket(mirrored: Bucket, settings: Any, tmp_path: Path) -> Bucket:  # noqa: F811
    """With a copy of this site's own database in it."""
    settings.OCRSITE_WRITER_FILE = tmp_path / "id"
    settings.OCRSITE_WRITER_FILE.write_text(str(uuid.uuid4()))
    sign_of_life(mirrored, read_writer_id())
    return mirrored


def sign_of_life(bucket: Bucket, replica: str) -> None:
    bucket.put_bytes(f"database/{replica}/0000/{1:016x}-{1:016x}.ltx", b"")


def neighbour_alone_has(bucket: Bucket, document: Document) -> None:
    """As if another container had restored and changed it."""
    sync_document(document.id)
    key = manifest_key(document.id)
    theirs = json.loads(bucket.get_bytes(key))
    theirs["version"] += 1
    theirs["document"]["title"] = "as the neighbour has it"
    facts = {"version": str(theirs["version"]), "writer": "neighbour"}
    bucket.put_bytes(key, json.dumps(theirs).encode(), metadata=facts)


def test_what_another_container_took_in_is_here_at_the_next_look(
    bucket: Bucket,
    finished_document: Any,  # noqa: F811
) -> None:
    document = finished_document()
    neighbour_alone_has(bucket, document)
    Document.objects.all().delete()
    sign_of_life(bucket, str(uuid.uuid4()))

    PeerWatch().check()

    assert Document.objects.get().title == "as the neighbour has it"


def test_what_another_container_changed_or_purged_is_changed_or_gone_here(
    bucket: Bucket,
    finished_document: Any,  # noqa: F811
) -> None:
    changed, purged = finished_document(), finished_document(content=b"%PDF-1.4 another")
    neighbour_alone_has(bucket, changed)
    sync_document(purged.id)
    peers, sign = PeerWatch(), str(uuid.uuid4())
    sign_of_life(bucket, sign)
    trash(purged.id, actor=None)
    bucket.put_bytes(tombstone_key(purged.id), b"{}")
    bucket.delete(manifest_key(purged.id))

    peers.check()

    assert [document.title for document in Document.objects.all()] == ["as the neighbour has it"]


def test_without_a_peer_manifests_are_not_read_repeatedly(
    bucket: Bucket,
    finished_document: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync_document(finished_document().id)
    read: list[str] = []
    monkeypatch.setattr(Bucket, "get_bytes", lambda self, key, **_: read.append(key))

    PeerWatch().check()

    assert read == []


def test_a_container_that_is_long_gone_is_no_neighbour(
    bucket: Bucket,
    finished_document: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from documents.replication import peer_watch

    sync_document(finished_document().id)
    sign_of_life(bucket, str(uuid.uuid4()))
    watch = PeerWatch()
    watch.check()
    read: list[str] = []
    monkeypatch.setattr(Bucket, "get_bytes", lambda self, key, **_: read.append(key))
    monkeypatch.setattr(peer_watch, "MARGIN", -peer_watch.START)

    watch.check()

    assert read == []
