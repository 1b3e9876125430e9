"""GET pages/{n}/image/ and thumbnail/: made once, by a child process, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.errors import DamagedPage, ReadingTimeout
from documents.exports import page_images
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_page

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


@pytest.fixture
def document(team: Team, media: Path) -> Document:
    document = make_document(
        team, status="partial", pages=["Первая\n\nстрока", None, None], failed=[2]
    )
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4")
    return document


# --- the image --------------------------------------------------------------------------------


class Renderer:
    """Stands in for the reader's child process."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    def __call__(self, path: str, mime_type: str, number: int, rotation: int, owner: str) -> bytes:
        self.calls.append((mime_type, number, rotation))
        if self.error is not None:
            raise self.error
        return b"RIFF....WEBP %d" % number


renderer = Renderer()


@pytest.fixture
def renders(settings: Any) -> Renderer:
    settings.OCRSITE_PAGE_RENDERER = f"{__name__}.renderer"
    settings.OCRSITE_THUMBNAIL_RENDERER = f"{__name__}.renderer"
    renderer.__init__()  # type: ignore[misc]
    return renderer


def test_an_image_is_made_once_and_kept(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    path = url(document, "pages/1/image/")

    first = api.get(path)
    second = api.get(path)

    assert first.headers["Content-Type"] == "image/webp"
    assert first.getvalue() == second.getvalue() == b"RIFF....WEBP 1"
    assert renders.calls == [("application/pdf", 1, 0)]


def test_the_image_is_turned_as_the_page_was_read(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    reading = document.pages.get(number=1).current_reading
    assert reading is not None
    reading.rotation = 90
    reading.save()

    api.get(url(document, "pages/1/image/"))

    assert renders.calls == [("application/pdf", 1, 90)]


def test_an_image_that_the_client_has_is_not_sent_again(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    path = url(document, "pages/1/image/")
    answer = api.get(path)

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert api.get(path, HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 304


def test_a_thumbnail_of_any_page_is_made_once_and_shown_for_an_hour(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    for number in (2, 2, 1):
        answer = api.get(url(document, f"pages/{number}/thumbnail/"))
        assert answer.getvalue() == b"RIFF....WEBP %d" % number
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
        assert "Cookie" in answer.headers["Vary"]
    api.get(url(document, "thumbnail/"))

    assert renders.calls == [("application/pdf", 2, 0), ("application/pdf", 1, 0)]


def test_while_another_image_is_made_one_is_asked_to_come_back(
    api: APIClient, document: Document, url: Url, renders: Renderer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(page_images.render_slot, "wait_seconds", 0.01)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with page_images.render_slot.take():
            held.set()
            let_go.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(60)
    try:
        answer = api.get(url(document, "pages/1/image/"))
    finally:
        let_go.set()
        other.join()

    problem_of(answer, 503)
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(DamagedPage("Broken."), 422), (ReadingTimeout("Slow."), 503), (RuntimeError("secret"), 500)],
)
def test_a_page_that_can_not_be_shown_is_a_problem_that_says_why(
    api: APIClient, document: Document, url: Url, renders: Renderer, error: Exception, status: int
) -> None:
    renders.error = error
    api.raise_request_exception = False

    problem = problem_of(api.get(url(document, "pages/1/image/")), status)

    assert "secret" not in str(problem)
    assert not page_images.render_slot.is_taken


def test_an_image_that_can_not_be_made_is_not_tried_at_every_look(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    renders.error = DamagedPage("Broken.", page=1)
    path = url(document, "pages/1/image/")
    first = problem_of(api.get(path), 422)

    with page_images.render_slot.take():  # nor does it wait for its turn
        second = problem_of(api.get(path), 422)

    assert second == first
    assert len(renders.calls) == 1


def test_an_original_that_came_back_is_shown_at_once(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    path = url(document, "pages/1/image/")
    key = original_key(document.id, document.filename)
    archive().path(key).unlink()
    api.get(path)

    archive().write(key, b"%PDF-1.4")

    assert api.get(path).status_code == 200


def test_a_page_added_without_a_reading_has_an_image_too(
    api: APIClient, document: Document, url: Url, renders: Renderer
) -> None:
    make_page(document, 4, None)

    assert api.get(url(document, "pages/4/image/")).status_code == 200
