"""PUT pages/{n}/text/: a person says what the page says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.models import Document, Task, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


@pytest.fixture
def document(team: Team) -> Document:
    return make_document(team, pages=["Перзая строка\n\nвторая", None])


def put(api: APIClient, path: str, revision: Any = 0, **texts: str) -> Any:
    blocks = [{"id": name, "text": text} for name, text in texts.items()]
    return api.put(path, {"blocks": blocks, "revision": revision})


@pytest.fixture
def path(document: Document, url: Url) -> str:
    return url(document, "pages/1/text/")


def test_a_corrected_page_says_what_was_typed(
    api: APIClient, document: Document, url: Url, path: str
) -> None:
    answer = put(api, path, b0="Первая строка")

    assert answer.status_code == 200
    page = answer.json()
    assert page["text"] == "Первая строка\n\nвторая"
    assert page["revision"] == 1
    assert api.get(url(document, "pages/1/")).json() == page
    document.refresh_from_db()
    assert document.task == Task.FINISH, "the results are assembled again"


def test_words_that_stay_keep_their_boxes(
    api: APIClient, document: Document, url: Url, path: str
) -> None:
    before = api.get(url(document, "pages/1/")).json()["blocks"][0]["lines"][0]["words"]

    after = put(api, path, b0="Первая строка").json()["blocks"][0]["lines"][0]["words"]

    assert after[1] == before[1]


def test_who_comes_second_is_told_and_changes_nothing(api: APIClient, path: str) -> None:
    put(api, path, b0="first")

    problem = problem_of(put(api, path, b0="second"), 409)

    assert "revision is 1, not 0" in problem["detail"]
    assert put(api, path, revision=1, b0="second").json()["revision"] == 2


def test_a_text_may_become_empty(api: APIClient, path: str) -> None:
    assert put(api, path, b0="").json()["text"] == "вторая"


def test_the_same_text_again_makes_no_revision(api: APIClient, path: str) -> None:
    assert put(api, path, b1=" вторая ").json()["revision"] == 0


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        ({}, "blocks"),
        ({"blocks": []}, "revision"),
        ({"blocks": {}, "revision": 0}, "blocks"),
        ({"blocks": ["x"], "revision": 0}, "blocks"),
        ({"blocks": [{"id": "b0"}], "revision": 0}, "blocks"),
        ({"blocks": [{"id": "b9", "text": "x"}], "revision": 0}, "blocks"),
        ({"blocks": [{"id": "b0", "text": "a\0b"}], "revision": 0}, "blocks"),
        ({"blocks": [{"id": "b0", "text": "a"}, {"id": "b0", "text": "b"}], "revision": 0},
         "blocks"),
        ({"blocks": [{"id": "b0", "text": "x" * 100_001}], "revision": 0}, "blocks"),
        ({"blocks": [], "revision": -1}, "revision"),
        ({"blocks": [], "revision": 10**30}, "revision"),
        ({"blocks": [], "revision": "new"}, "revision"),
        ({"blocks": [], "revision": 0, "text": "x"}, "text"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named_and_changes_nothing(
    api: APIClient, document: Document, path: str, body: dict[str, Any], culprit: str
) -> None:
    problem = problem_of(api.put(path, body), 400)

    assert culprit in {name.split(".")[0] for name in problem["errors"]}
    assert document.pages.get(number=1).revision == 0


def test_a_page_that_was_not_read_has_no_text_to_correct(
    api: APIClient, document: Document, url: Url
) -> None:
    problem_of(put(api, url(document, "pages/2/text/"), b0="x"), 409)
    problem_of(put(api, url(document, "pages/3/text/"), b0="x"), 404)


def test_text_is_corrected_by_the_teams_reviewers_alone(
    reader_api: APIClient, stranger_api: APIClient, anonymous_api: APIClient, path: str
) -> None:
    problem_of(put(reader_api, path, b0="x"), 403)
    problem_of(put(stranger_api, path, b0="x"), 404)
    problem_of(put(anonymous_api, path, b0="x"), 401)
    problem_of(reader_api.get(path), 405)


def edit(api: APIClient, path: str, *edits: dict[str, Any], **rest: Any) -> Any:
    return api.put(path, {"edits": list(edits), "revision": 0, **rest})


def test_blocks_are_added_split_merged_moved_relabelled_and_deleted(
    api: APIClient, path: str
) -> None:
    page = edit(
        api,
        path,
        {"op": "add", "bbox": [50, 1000, 400, 1040], "label": "doc_title", "text": "новый"},
        {"op": "split", "block": "b0", "at": 1},
        {"op": "merge", "blocks": ["b0", "b1"]},
        {"op": "move", "block": "added-1", "after": None},
        {"op": "relabel", "block": "b0", "label": "paragraph_title"},
        {"op": "delete", "block": "added-2"},
        blocks=[{"id": "b1", "text": "вторая!"}],
    ).json()

    assert page["text"] == "новый\n\nПерзая\nвторая!"
    assert page["markdown"] == "# новый\n\n## Перзая вторая!"
    assert page["revision"] == 1


def test_a_table_is_sent_as_cells(api: APIClient, path: str) -> None:
    rows = [[{"text": "Итого", "colspan": 2, "header": True}], ["1", "2 <i>"]]

    page = edit(api, path, {"op": "table", "block": "b0", "rows": rows}).json()

    block = next(block for block in page["blocks"] if block["id"] == "b0")
    assert block["html"] == (
        '<table><tr><th colspan="2">Итого</th></tr><tr><td>1</td><td>2 &lt;i&gt;</td></tr></table>'
    )
    assert block["text"] == "Итого\n1\t2 <i>"


def test_different_blocks_are_merged_and_one_block_is_shown_twice(
    api: APIClient, path: str
) -> None:
    put(api, path, b0="Первая строка")
    assert put(api, path, b1="Вторая").json()["text"] == "Первая строка\n\nВторая"

    problem = problem_of(put(api, path, b0="Моя"), 409)

    assert problem["revision"] == 2
    assert problem["blocks"] == [{"id": "b0", "text": "Первая строка"}]


def test_the_first_block_of_an_unread_page(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, status="failed", pages=[None], failed=[1])
    block = {"op": "add", "bbox": [1, 1, 90, 20], "text": "typed"}
    path = url(document, "pages/1/text/")
    assert "image" in problem_of(edit(api, path, block), 400)["errors"]

    page = edit(api, path, block, image={"width": 100, "height": 140}).json()

    assert (page["text"], page["status"], page["engine"]) == ("typed", "done", None)
    assert (page["width"], page["height"]) == (100, 140)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        "split",
        {"op": "explode"},
        {"op": ["split"]},
        {"op": "split", "block": "b0"},
        {"op": "split", "block": "b0", "at": 0},
        {"op": "split", "block": "b0", "at": 1, "text": "x"},
        {"op": "add", "bbox": [0, 0, 1]},
        {"op": "add", "bbox": [0, 0, "nan", 5]},
        {"op": "add", "bbox": [0, 0, 5, 5], "label": "<script>"},
        {"op": "add", "bbox": [0, 0, 5, 5], "text": "a\0b"},
        {"op": "merge", "blocks": ["b0"]},
        {"op": "merge", "blocks": ["b0", "b7"]},
        {"op": "move", "block": "b0"},
        {"op": "relabel", "block": "b0", "label": ""},
        {"op": "table", "block": "b0", "rows": []},
        {"op": "table", "block": "b0", "rows": [["x" * 100_001]]},
        {"op": "table", "block": "b0", "rows": [[{"text": "x", "colspan": 10**9}]]},
        {"op": "delete", "block": None},
    ],
)
def test_an_edit_that_makes_no_sense_is_named(
    api: APIClient, document: Document, path: str, wrong: Any
) -> None:
    problem = problem_of(edit(api, path, wrong), 400)

    assert {name.split(".")[0] for name in problem["errors"]} == {"edits"}
    assert document.pages.get(number=1).revision == 0
