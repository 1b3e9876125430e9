"""GET pages/, pages/{n}/ and pages/{n}/image/."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from documents.actions.correct import correct
from documents.errors import DamagedPage, ReadingTimeout
from documents.exports import page_images
from documents.files.keys import original_key, page_image_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_page

Url = Callable[..., str]

CONTRACT = {
    "number", "status", "width", "height", "dpi", "rotation", "text", "markdown", "blocks",
    "confidence", "flags", "engine", "engine_version", "revision", "error", "language",
}  # fmt: skip


@pytest.fixture
def document(team: Team, media: Path) -> Document:
    document = make_document(
        team, status="partial", pages=["Первая\n\nстрока", None, None], failed=[2]
    )
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4")
    return document


def test_the_list_has_every_page_in_order_without_its_content(
    api: APIClient, document: Document, url: Url
) -> None:
    answer = api.get(url(document, "pages/")).json()

    assert [page["number"] for page in answer["results"]] == [1, 2, 3]
    assert [page["status"] for page in answer["results"]] == ["done", "failed", "pending"]
    assert "blocks" not in answer["results"][0]
    assert answer["results"][1]["error"]["code"] == "damaged-page"


def test_many_pages_come_in_several_answers(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, pages=["a"] * 5)
    first = api.get(url(document, "pages/") + "?page_size=2").json()

    second = api.get(first["next"]).json()

    assert [page["number"] for page in second["results"]] == [3, 4]
    assert [p["number"] for p in api.get(second["previous"]).json()["results"]] == [1, 2]


def test_the_failed_pages_can_be_asked_for(api: APIClient, document: Document, url: Url) -> None:
    answer = api.get(url(document, "pages/") + "?status=failed").json()

    assert [page["number"] for page in answer["results"]] == [2]
    problem_of(api.get(url(document, "pages/") + "?status=broken"), 400)


def test_the_number_of_queries_does_not_grow_with_the_pages(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["a"] * 12)
    for number in range(1, 11):
        correct(document.id, number, {"b0": "new"}, revision=0, actor=None)

    with CaptureQueriesContext(connection) as few:
        api.get(url(document, "pages/") + "?page_size=1")
    with CaptureQueriesContext(connection) as many:
        api.get(url(document, "pages/"))

    assert len(many) == len(few)
    sql = " ".join(query["sql"] for query in many.captured_queries)
    assert '"layout"' not in sql.replace('"documents_pagerevision"."layout"', "")


def test_a_page_is_shown_as_the_contract_says(api: APIClient, document: Document, url: Url) -> None:
    page = api.get(url(document, "pages/1/")).json()

    assert set(page) == CONTRACT
    assert (page["number"], page["status"], page["revision"]) == (1, "done", 0)
    assert page["text"] == "Первая\n\nстрока"
    assert [block["id"] for block in page["blocks"]] == ["b0", "b1"]
    block = page["blocks"][0]
    assert set(block) == {
        "id", "label", "bbox", "order", "text", "markdown", "confidence", "lines",
        "html", "figure", "disputes", "continues",
    }  # fmt: skip
    assert set(block["lines"][0]) == {"bbox", "text", "words"}
    assert set(block["lines"][0]["words"][0]) == {"bbox", "text", "confidence"}


def test_a_page_that_was_not_read_is_shown_empty(
    api: APIClient, document: Document, url: Url
) -> None:
    page = api.get(url(document, "pages/3/")).json()

    assert set(page) == CONTRACT
    assert (page["status"], page["text"], page["blocks"]) == ("pending", "", [])
    assert (page["width"], page["engine"], page["confidence"]) == (None, None, None)


def test_an_unchanged_page_is_not_sent_again(api: APIClient, document: Document, url: Url) -> None:
    path = url(document, "pages/1/")
    etag = api.get(path).headers["ETag"]
    assert api.get(path, HTTP_IF_NONE_MATCH=etag).status_code == 304

    correct(document.id, 1, {"b0": "new"}, revision=0, actor=None)

    assert api.get(path, HTTP_IF_NONE_MATCH=etag).json()["revision"] == 1


def test_a_page_that_fails_for_another_reason_is_sent_again(
    api: APIClient, document: Document, url: Url
) -> None:
    path = url(document, "pages/2/")
    document.pages.filter(number=2).update(error_detail="No engine for it.")
    etag = api.get(path).headers["ETag"]

    document.pages.filter(number=2).update(error_detail="No engine for it either.")

    answer = api.get(path, HTTP_IF_NONE_MATCH=etag)
    assert answer.json()["error"]["detail"] == "No engine for it either."


def test_list_and_page_agree_on_the_confidence_of_a_correction(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["one two", "three four"])
    correct(document.id, 1, {"b0": "one too"}, revision=0, actor=None)

    listed = [page["confidence"] for page in api.get(url(document, "pages/")).json()["results"]]

    shown = [api.get(url(document, f"pages/{n}/")).json()["confidence"] for n in (1, 2)]
    assert listed == shown
    assert shown[0] > shown[1] == 0.95


@pytest.mark.parametrize("number", ["0", "4", "99999999999999999999", "-1", "x"])
@pytest.mark.parametrize("below", ["", "image/"])
def test_a_page_that_is_not_there_is_a_404(
    api: APIClient, document: Document, url: Url, number: str, below: str
) -> None:
    problem_of(api.get(url(document, f"pages/{number}/{below}")), 404)


@pytest.mark.parametrize("below", ["pages/", "pages/1/", "pages/1/image/"])
def test_pages_are_for_the_team_alone(
    stranger_api: APIClient, anonymous_api: APIClient, document: Document, url: Url, below: str
) -> None:
    archive().write(page_image_key(document.id, 1, 0), b"RIFF....WEBP")

    problem_of(stranger_api.get(url(document, below)), 404)
    problem_of(anonymous_api.get(url(document, below)), 401)


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
            let_go.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    held.wait(10)
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
