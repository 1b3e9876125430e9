"""Rendering page images takes a limited share of the web's threads."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

import pytest

from documents.errors import Busy, OriginalMissing
from documents.exports import page_images
from documents.exports.page_images import MAX_WAITING, ensure_page_image
from documents.exports.render_slot import RenderSlot
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Page
from ocrsite.front.pools import THREADS, Work
from tests.factories import make_document

pytestmark = pytest.mark.any_database

RENDERER = "tests.documents.exports.test_page_images.renderer"


def renderer(path: str, mime_type: str, number: int, rotation: int, owner: str) -> bytes:
    return b"an image"


@pytest.fixture
def page(db: None, settings: Any) -> Page:
    settings.OCRSITE_PAGE_RENDERER = RENDERER
    document = make_document(pages=["text"])
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4")
    return Page.objects.select_related("document").get()


def test_a_request_beyond_the_waiting_limit_is_refused_at_once() -> None:
    slot = RenderSlot(max_waiting=MAX_WAITING, wait_seconds=60.0)
    outcomes: queue.Queue[str] = queue.Queue()

    def ask() -> None:
        try:
            with slot.take():
                outcomes.put("a turn")
        except Busy:
            outcomes.put("busy")

    threads = [threading.Thread(target=ask) for _ in range(MAX_WAITING + 1)]
    with slot.take():
        for thread in threads:
            thread.start()
        first = outcomes.get(timeout=30)
        assert outcomes.empty(), "the others wait"
    for thread in threads:
        thread.join(60)

    assert first == "busy"
    assert [outcomes.get_nowait() for _ in range(MAX_WAITING)] == ["a turn"] * MAX_WAITING


def test_who_waited_in_vain_leaves_room_for_others(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_images.render_slot, "wait_seconds", 0.0)
    with page_images.render_slot.take():
        for _ in range(MAX_WAITING + 1):
            with pytest.raises(Busy):
                ensure_page_image(page)

    assert ensure_page_image(page)


def test_a_wait_in_vain_ends_the_waiting() -> None:
    slot = RenderSlot(max_waiting=1, wait_seconds=0.0)
    with slot.take():
        for _ in range(3):
            with pytest.raises(Busy), slot.take():
                pass
        slot.wait_seconds = 60.0
        had_a_turn = threading.Event()

        def wait() -> None:
            with slot.take():
                had_a_turn.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert not had_a_turn.wait(0.1)
    thread.join(60)
    assert had_a_turn.is_set()


def test_what_waits_for_pictures_leaves_threads_for_the_rest() -> None:
    assert THREADS[Work.GENERAL] - (MAX_WAITING + 1) >= 4


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
