"""The versions of a document for programs: a new one, the list, how two of them differ."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from documents.models import Document, Status, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = pytest.mark.django_db

Path = Callable[..., str]


def file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("order.pdf", b"%PDF-1.4\n" + text.encode())


def make_pair(team: Team, old: list[str], new: list[str]) -> tuple[Document, Document]:
    first = make_document(team, pages=old)
    second = make_document(team, pages=new, edition=2, edition_of=first.id, replaces=first.id)
    Document.objects.filter(id=first.id).update(replaced_by=second.id)
    return first, second


def test_a_new_version_is_a_document_of_its_own(api: APIClient, team: Team, url: Path) -> None:
    first = make_document(team, title="Order 17", pages=["one"])
    answer = api.post(url(first, "versions/"), {"file": file("two")}, "multipart")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer.headers["Location"] == made["links"]["self"]
    assert (made["edition"], made["title"], made["replaces"]) == (2, "Order 17", str(first.id))
    assert made["replaced_by"] is None
    assert api.post(url(first, "versions/"), {"file": file("two")}, "multipart").status_code == 200
    old = api.get(url(first)).json()
    assert (old["edition"], old["replaced_by"]) == (1, made["id"])
    assert api.get(url(first, "pages/1/")).json()["text"] == "one"
    assert [each["id"] for each in api.get("/api/v1/documents/").json()["results"]] == [made["id"]]
    for document in (url(first), made["links"]["self"]):
        found = api.get(f"{document}versions/").json()["results"]
        assert [each["edition"] for each in found] == [2, 1]


def test_what_speaks_against_it_is_told(
    api: APIClient, reader_api: APIClient, team: Team, url: Path
) -> None:
    first, second = make_pair(team, ["one"], ["two"])
    problem = problem_of(api.post(url(first, "versions/"), {"file": file("x")}, "multipart"), 409)
    assert problem["code"] == "replaced"
    assert str(second.id) in problem["detail"]
    assert problem_of(api.patch(url(first), {"title": "x"}, "json"), 409)["code"] == "replaced"
    other = make_document(team)
    sent = api.post("/api/v1/documents/", {"file": file("known")}, "multipart").json()
    problem = problem_of(
        api.post(url(other, "versions/"), {"file": file("known")}, "multipart"), 409
    )
    assert problem["code"] == "same-file"
    assert sent["id"] in problem["detail"]
    problem_of(api.post(url(second, "versions/"), {}, "multipart"), 400)
    problem_of(reader_api.post(url(second, "versions/"), {"file": file("x")}, "multipart"), 403)


def test_the_difference_is_told_page_by_page(api: APIClient, team: Team, url: Path) -> None:
    old = ["forty chairs for 120 roubles", "delivery on working days"]
    new = ["fifty chairs for 120 roubles", "notice of change", "delivery on working days"]
    first, second = make_pair(team, old, new)
    answer = api.get(url(second, "differences/")).json()
    assert (answer["old"]["edition"], answer["new"]["edition"]) == (1, 2)
    shown = [(each["old"], each["new"], each["changes"]) for each in answer["pages"]]
    assert shown == [(1, 1, 1), (None, 2, 1), (2, 3, 0)]
    assert answer["pages"][0]["pieces"] == [
        {"kind": "gone", "text": "forty "},
        {"kind": "new", "text": "fifty "},
        {"kind": "same", "text": "chairs for 120 roubles"},
    ]
    # From either of them, and in parts.
    assert (
        api.get(url(first, "differences/"), {"with": str(second.id)}).json()["old"]
        == (answer["old"])
    )
    part = api.get(url(second, "differences/"), {"limit": 2}).json()
    assert part["pages"] == answer["pages"][:2]
    rest: dict[str, Any] = api.get(part["next"]).json()
    assert (rest["pages"], rest["next"]) == (answer["pages"][2:], None)


def test_only_versions_of_one_document_that_were_read_are_compared(
    api: APIClient, team: Team, url: Path
) -> None:
    first, second = make_pair(team, ["one"], ["two"])
    other = make_document(team, pages=["one"])
    problem_of(api.get(url(second, "differences/"), {"with": str(other.id)}), 404)
    problem_of(api.get(url(other, "differences/")), 404)
    Document.objects.filter(id=second.id).update(status=Status.PROCESSING)
    problem = problem_of(api.get(url(first, "differences/")), 409)
    assert problem["code"] == "still-being-read"


def test_an_old_version_is_made_the_newest_again(api: APIClient, team: Team, url: Path) -> None:
    first, second = make_pair(team, ["one"], ["two"])
    third = make_document(
        team, title="Now", tags=["t"], pages=["three"], edition=3, edition_of=first.id,
        replaces=second.id,
    )  # fmt: skip
    Document.objects.filter(id=second.id).update(replaced_by=third.id)

    made = api.post(url(second, "make-newest/")).json()
    assert (made["edition"], made["replaces"], made["replaced_by"]) == (4, str(third.id), None)
    assert (made["title"], made["tags"]) == ("Now", ["t"])
    found = api.get(url(first, "versions/")).json()["results"]
    chain = [(each["edition"], each["replaces"]) for each in found]
    assert chain == [(4, str(third.id)), (3, str(first.id)), (1, None)]
    listed = api.get("/api/v1/documents/").json()["results"]
    assert [each["id"] for each in listed] == [str(second.id)]
    assert second.events.filter(kind="document.promoted").exists()
    # Again: nothing changes. The first of all, too, whose id all editions name.
    assert api.post(url(second, "make-newest/")).json()["version"] == made["version"]
    assert api.post(url(first, "make-newest/")).json()["edition"] == 5
    found = api.get(url(third, "versions/")).json()["results"]
    assert [each["edition"] for each in found] == [5, 4, 3]
    assert found[2]["replaces"] is None
    problem_of(api.patch(url(second), {"title": "x"}, "json"), 409)


def test_a_new_version_is_sent_as_json(api: APIClient, team: Team, url: Path) -> None:
    first = make_document(team, title="Order 17", pages=["one"])
    content = base64.b64encode(b"%PDF-1.4\njson").decode()
    sent = {"file_base64": content, "filename": "order.pdf"}
    answer = api.post(url(first, "versions/"), sent, "json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["edition"], made["title"], made["filename"]) == (2, "Order 17", "order.pdf")
    assert api.post(url(first, "versions/"), sent, "json").status_code == 200
    problem_of(api.post(url(first, "versions/"), {"filename": "x.pdf"}, "json"), 400)
