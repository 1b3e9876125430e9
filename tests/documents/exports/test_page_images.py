"""Making pictures of pages takes a bounded share of the web, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from documents.errors import Busy, OriginalMissing
from documents.exports import page_images
from documents.exports.page_images import MAX_WAITING, ensure_page_image
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Page
from ocrsite.runtime import DOWNLOAD_THREADS, SHORT_BODY_THREADS, UPLOAD_THREADS, WEB_THREADS
from tests.factories import make_document

RENDERER = "tests.documents.exports.test_page_images.renderer"


def renderer(path: str, mime_type: str, number: int, rotation: int) -> bytes:
    return b"an image"


@pytest.fixture
def page(db: None, settings: Any) -> Page:
    settings.OCRSITE_PAGE_RENDERER = RENDERER
    document = make_document(pages=["text"])
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4")
    return Page.objects.select_related("document").get()


@pytest.fixture
def slot() -> Iterator[None]:
    """Another picture is being made."""
    with page_images._rendering_slot:
        yield


@pytest.fixture
def crowd(slot: None) -> Iterator[None]:
    """As many wait for their turn as may."""
    for _ in range(MAX_WAITING):
        assert page_images._waiting_places.acquire(blocking=False)
    yield
    for _ in range(MAX_WAITING):
        page_images._waiting_places.release()


def test_who_comes_when_enough_wait_is_told_to_come_back_at_once(
    page: Page, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_images, "WAIT_SECONDS", 60.0)
    begun = time.monotonic()

    with pytest.raises(Busy):
        ensure_page_image(page)

    assert time.monotonic() - begun < 30


def test_who_waited_in_vain_leaves_room_for_others(
    page: Page, slot: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_images, "WAIT_SECONDS", 0.0)

    for _ in range(MAX_WAITING + 1):
        with pytest.raises(Busy):
            ensure_page_image(page)

    assert all(page_images._waiting_places.acquire(blocking=False) for _ in range(MAX_WAITING))
    for _ in range(MAX_WAITING):
        page_images._waiting_places.release()


def test_one_that_waits_gets_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_images, "WAIT_SECONDS", 60.0)
    had_a_turn = threading.Event()

    def wait() -> None:
        if page_images._acquire_slot():
            had_a_turn.set()
            page_images._rendering_slot.release()

    with page_images._rendering_slot:
        other = threading.Thread(target=wait)
        other.start()
        assert not had_a_turn.wait(0.1)

    other.join(60)
    assert had_a_turn.is_set()


def test_what_waits_for_pictures_leaves_threads_for_the_rest() -> None:
    left = WEB_THREADS - UPLOAD_THREADS - SHORT_BODY_THREADS - DOWNLOAD_THREADS

    assert left - (MAX_WAITING + 1) >= 4


def test_a_missing_original_is_told(page: Page) -> None:
    document = Document.objects.get()
    archive().path(original_key(document.id, document.filename)).unlink()

    with pytest.raises(OriginalMissing):
        ensure_page_image(page)


def test_whatever_else_is_missing_is_not_called_the_original(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_program(path: Path | str, *_: object) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", "/usr/bin/python3")

    monkeypatch.setattr("tests.documents.exports.test_page_images.renderer", no_program)

    with pytest.raises(FileNotFoundError):
        ensure_page_image(page)
