"""A protected file is opened with the password that a person gives, which is kept nowhere."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.core import serializers

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.unlock import unlock
from documents.errors import Conflict, InTrash, InvalidRequest, NotLocked, WrongPassword
from documents.files.keys import original_key, unlocked_key
from documents.files.storage import archive
from documents.models import Document, Event, Page, Status, Task
from documents.replication.manifest import build_manifest
from ocr_worker.pipeline import read_claimed_page, run_task
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.on_demand import render_page
from tests.factories import make_document
from tests.ocr_worker.claims import OWNER
from tests.ocr_worker.files import ENGLISH, pdf, write

pytestmark = pytest.mark.django_db

PASSWORD = "Кедр и 7 синиц"


def protect(path: Path, password: str, **options: Any) -> bytes:
    plain = pdf(path, lambda canvas: write(canvas, ENGLISH))
    target = io.BytesIO()
    with pikepdf.open(plain) as document:
        document.save(
            target, encryption=pikepdf.Encryption(owner="other", user=password, **options)
        )
    return target.getvalue()


@pytest.fixture
def locked(tmp_path: Path) -> Document:
    """A document whose file needs PASSWORD, as it is after its preparation has failed."""
    document = make_document(status=Status.PROCESSING)
    content = protect(tmp_path / "plain.pdf", PASSWORD)
    archive().write(original_key(document.id, document.filename), content)
    Document.objects.update(status=Status.QUEUED, task=Task.PREPARE)
    prepare()
    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "password-needed")
    return document


def prepare() -> None:
    claim = claim_task()
    assert claim is not None
    with Renderer() as renderer:
        run_task(claim, renderer)


def test_the_file_is_read_once_its_password_was_given(locked: Document) -> None:
    before = archive().path(original_key(locked.id, locked.filename)).read_bytes()

    unlock(locked.id, actor=None, password=PASSWORD)
    prepare()
    page = claim_page(OWNER)
    assert page is not None
    with Renderer() as renderer:
        assert read_claimed_page(page, renderer, None)

    layout = Page.objects.with_text().get(document=locked).layout
    assert layout is not None
    assert "The supplier shall deliver the goods" in layout.text
    locked.refresh_from_db()
    assert locked.error_code == ""
    assert archive().path(original_key(locked.id, locked.filename)).read_bytes() == before


def test_the_password_is_kept_nowhere(
    locked: Document, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    unlock(locked.id, actor=None, password=PASSWORD)

    rows = serializers.serialize("json", [*Document.objects.all(), *Event.objects.all()])
    locked.refresh_from_db()
    manifest = json.dumps(build_manifest(locked, "archive"), ensure_ascii=False)
    output = "".join(capfd.readouterr())
    for text in (rows.encode().decode("unicode_escape"), manifest, caplog.text, output):
        assert PASSWORD not in text
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()


def test_a_wrong_password_changes_nothing_and_may_be_tried_again(locked: Document) -> None:
    with pytest.raises(WrongPassword):
        unlock(locked.id, actor=None, password="кедр и 7 синиц")

    locked.refresh_from_db()
    assert (locked.status, locked.error_code) == (Status.FAILED, "password-needed")
    assert not archive().exists(unlocked_key(locked.id))
    assert unlock(locked.id, actor=None, password=PASSWORD).status == Status.QUEUED


@pytest.mark.parametrize("password", ["", "x" * 201])
def test_what_is_no_password_is_refused(locked: Document, password: str) -> None:
    with pytest.raises(InvalidRequest):
        unlock(locked.id, actor=None, password=password)


def test_a_document_that_needs_no_password_takes_none() -> None:
    document = make_document(pages=["text"])

    with pytest.raises(NotLocked):
        unlock(document.id, actor=None, password=PASSWORD)


def test_nothing_in_the_trash_is_opened(locked: Document) -> None:
    Document.objects.update(trashed_at=locked.created_at)

    with pytest.raises(InTrash) as caught:
        unlock(locked.id, actor=None, password=PASSWORD)

    assert isinstance(caught.value, Conflict)


def test_page_images_are_drawn_from_the_unlocked_copy(locked: Document) -> None:
    unlock(locked.id, actor=None, password=PASSWORD)

    path = archive().path(unlocked_key(locked.id))
    assert render_page(str(path), "application/pdf", 1, 0, "team")[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("password", "options"),
    [
        ("plain", {"R": 6}),
        ("plain", {"R": 4}),
        ("plain", {"R": 3, "aes": False, "metadata": False}),
        ("naïve Ünit", {"R": 6}),
        ("naïve Ünit", {"R": 4}),
        (" spaces ", {"R": 6}),
    ],
)
def test_every_protection_is_opened(tmp_path: Path, password: str, options: dict[str, Any]) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(protect(tmp_path / "plain.pdf", password, **options))

    with Renderer() as renderer:
        (tmp_path / "open.pdf").write_bytes(renderer.unlock(path, "application/pdf", password))

        assert renderer.count_pages(tmp_path / "open.pdf", "application/pdf") == 1
