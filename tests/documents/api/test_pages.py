"""GET pages/ and pages/{n}/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from documents.actions.correct import correct
from documents.files.keys import original_key, page_image_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

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
