"""An archive with a bucket, and documents that have their files."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.decide import approve
from documents.actions.finish import finish
from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.bucket.store import Bucket
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Status, Task
from documents.replication.sync import sync_document
from tests.factories import make_document, make_user
from tests.s3 import S3Server

CONTENT = b"%PDF-1.4 the original's own bytes"


@pytest.fixture
def mirrored(s3_server: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The archive is mirrored into an empty bucket."""
    settings.OCRSITE_BUCKET = s3_server.address(s3_server.new_bucket())
    monkeypatch.setattr(circuit_breaker, "shared", circuit_breaker.Breaker())
    found = configured_bucket()
    assert found is not None
    return found


@pytest.fixture
def finished_document() -> Callable[..., Document]:
    """A document with its original on the disk and its results assembled."""

    def make(content: bytes = CONTENT, **fields: Any) -> Document:
        document = make_document(
            **{
                "status": Status.PROCESSING,
                "task": Task.FINISH,
                "pages": ["Первая страница", "Second page"],
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "filename": "счёт №5.pdf",
                "tags": ["incoming"],
                **fields,
            }
        )
        archive().write(original_key(document.id, document.filename), content)
        while (claim := claim_task()) is not None:
            finish(claim)
        document.refresh_from_db()
        return document

    return make


def empty_disk() -> None:
    """The machine's disk is gone."""
    for path in Path(archive().root).iterdir():
        shutil.rmtree(path)


@pytest.fixture
def rich_document(finished_document: Callable[..., Document]) -> Document:
    """Corrected, approved, tagged."""
    document = finished_document()
    reviewer = make_user("reviewer", team=document.team)
    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=reviewer)
    approve(document.id, actor=reviewer)
    sync_document(document.id)
    document.refresh_from_db()
    return document


def keys(bucket: Bucket) -> set[str]:
    return {found.key for found in bucket.list("documents/")}
