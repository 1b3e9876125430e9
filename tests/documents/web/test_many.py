"""Changes of many documents, as the lists' scripts ask for them."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Team
from documents.web import many
from tests.factories import make_document, make_team

pytestmark = pytest.mark.django_db


def post(browser: Client, name: str, **content: Any) -> Any:
    return browser.post(reverse(f"web:{name}"), content, content_type="application/json")


def test_the_ids_of_a_list_come_in_its_order(browser: Client, team: Team) -> None:
    titles = ["b", "a", "c"]
    made = {title: make_document(team, title=title, pages=["x"], tags=["t"]) for title in titles}
    make_document(team, title="other", pages=["x"])
    make_document(title="foreign", pages=["x"], tags=["t"])

    found = browser.get("/documents/ids/?tag=t&ordering=title").json()

    assert found == {"ids": [str(made[title].id) for title in "abc"], "more": False}


def test_more_than_the_limit_is_told(
    browser: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST_DOCUMENTS", 2)
    for _ in range(3):
        make_document(team, pages=["x"])

    found = browser.get("/documents/ids/").json()

    assert (len(found["ids"]), found["more"]) == (2, True)


def test_each_document_is_answered(browser: Client, team: Team) -> None:
    plain = make_document(team, pages=["x"])
    tagged = make_document(team, pages=["x"], tags=["new"])
    foreign = make_document(pages=["x"])
    ids = [str(each.id) for each in (plain, tagged, foreign)]

    answer = post(browser, "change", ids=ids, change={"action": "tag", "add": ["new"]}).json()

    assert [each["id"] for each in answer["outcomes"]] == ids
    assert [each["changed"] for each in answer["outcomes"]] == [True, False, False]
    assert [bool(each["error"]) for each in answer["outcomes"]] == [False, False, True]


def test_parts_of_a_selection_go_on_counting(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["x"])

    post(browser, "change", ids=[str(document.id)], first=51,
         change={"action": "title", "pattern": "{nnn}"})  # fmt: skip

    document.refresh_from_db()
    assert document.title == "051"


def test_a_preview_shows_titles_and_changes_none(browser: Client, team: Team) -> None:
    one = make_document(team, title="one", pages=["x"])
    foreign = make_document(pages=["x"])
    ids = [str(foreign.id), str(one.id)]

    answer = post(browser, "titles", ids=ids, pattern="{n} {title}").json()

    assert answer == {"titles": [{"id": str(one.id), "before": "one", "after": "2 one"}]}
    one.refresh_from_db()
    assert one.title == "one"


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("change", {"ids": [], "change": {"action": "trash"}}, "ids"),
        ("change", {"ids": ["x"], "change": {"action": "trash"}}, "ids"),
        ("change", {"ids": [str(uuid.uuid4())] * 101, "change": {"action": "trash"}}, "ids"),
        ("change", {"ids": [str(uuid.uuid4())], "change": "trash"}, "change"),
        ("change", {"ids": [str(uuid.uuid4())], "change": {"action": "purge"}}, "action"),
        (
            "change",
            {"ids": [str(uuid.uuid4())], "change": {"action": "trash"}, "first": 0},
            "first",
        ),
        ("change", {"ids": [str(uuid.uuid4())], "all": True}, "all"),
        ("titles", {"ids": [str(uuid.uuid4())], "pattern": "{x}"}, "pattern"),
        ("titles", {"ids": [str(uuid.uuid4())], "pattern": 3}, "pattern"),
    ],
)
def test_nonsense_is_refused_as_a_problem(
    browser: Client, team: Team, name: str, content: dict[str, Any], field: str
) -> None:
    document = make_document(team, pages=["x"])
    if name == "titles" and "x" in str(content["pattern"]):
        content = {**content, "ids": [str(document.id)]}

    answer = post(browser, name, **content)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {field}
    assert answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(browser: Client, body: bytes) -> None:
    answer = browser.post(reverse("web:change"), body, content_type="application/json")

    assert answer.status_code == 400


def test_tags_are_suggested_by_what_is_typed(browser: Client, team: Team) -> None:
    for name in ("Счёт", "Расчёт", "договор"):
        team.tags.create(name=name)
    make_team().tags.create(name="счёт чужой")

    assert browser.get("/documents/tags/?q=СЧЁТ").json() == {"names": ["Счёт", "Расчёт"]}


def test_files_of_a_selection_come_as_one_zip(browser: Client, team: Team) -> None:
    documents = [_stored(team, f"{name}.pdf", name.encode()) for name in ("b", "a")]
    foreign = _stored(make_team(), "c.pdf", b"c")
    ids = ",".join(str(each.id) for each in (*documents, foreign))

    answer: Any = browser.post(reverse("web:download"), {"kind": "original", "ids": ids})

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.namelist() == ["b.pdf", "a.pdf"]
    assert packed.read("a.pdf") == b"a"


def test_texts_are_packed_and_what_is_missing_is_named(browser: Client, team: Team) -> None:
    read = make_document(team, filename="read.pdf", pages=["Ключевое слово"])
    unread = make_document(team, filename="unread.pdf", status="failed")
    ids = f"{read.id},{unread.id}"

    answer: Any = browser.post(reverse("web:download"), {"kind": "txt", "ids": ids})

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.namelist() == ["read.txt", "MISSING.txt"]
    assert "Ключевое слово" in packed.read("read.txt").decode()
    assert "unread.pdf" in packed.read("MISSING.txt").decode()


def test_a_download_of_nothing_known_is_told(browser: Client) -> None:
    answer = browser.post(reverse("web:download"), {"kind": "exe", "ids": ""}, follow=True)

    assert "kind" in answer.content.decode()


def _stored(team: Team, filename: str, content: bytes) -> Document:
    document = make_document(team, filename=filename, size=len(content))
    archive().write(original_key(document.id, filename), content)
    return document
