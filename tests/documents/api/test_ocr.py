"""POST /ocr: what clients of the earlier service send, and what they get."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from documents.actions.finish import finish
from documents.api import ocr
from documents.errors import NothingRead
from documents.http.ask_again import HEADER
from documents.models import Document, Fetch, Team
from documents.models.claim import TaskClaim
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_layout, make_page
from tests.ocr_worker.claims import claim_waiting_task

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
URL = "/ocr"

pytestmark = [pytest.mark.usefixtures("media"), pytest.mark.any_database]


@pytest.fixture(autouse=True)
def media_of_team(team: Team, media: Path) -> Path:
    return media


def send(api: APIClient, **fields: Any) -> Any:
    return api.post(URL, fields, format="json")


def read(document: Document, *texts: str) -> None:
    """What workers do: the pages, then the results."""
    claim = claim_waiting_task()
    assert isinstance(claim, TaskClaim)
    for number, text in enumerate(texts, start=1):
        make_page(document, number, make_layout(text))
    Document.objects.filter(id=document.id).update(
        status="processing", task="finish", page_count=len(texts), pages_done=len(texts)
    )
    finish(TaskClaim(document.id, "finish", claim.token, 1))


@pytest.mark.parametrize(
    "sent",
    [
        {"image_base64": base64.b64encode(PNG).decode()},
        {"image_base64": "data:image/png;base64," + base64.b64encode(PNG).decode()},
        {"image_url": "data:image/png;base64," + base64.b64encode(PNG).decode()},
        {"image_base64": base64.b64encode(PNG).decode().rstrip("="), "return_content": False},
    ],
)
def test_a_picture_in_json_becomes_a_document(api: APIClient, sent: dict[str, Any]) -> None:
    answer = send(api, **sent)

    document = Document.objects.get()
    assert answer.status_code == 202
    assert answer.json()["id"] == str(document.id)
    assert answer.headers["Location"] == answer.json()["links"]["document"]
    assert document.size == len(PNG)


def test_a_picture_in_a_form_becomes_a_document(api: APIClient) -> None:
    form = {"file": SimpleUploadedFile("scan.png", PNG)}

    answer = api.post(URL + "/", form, format="multipart")

    assert answer.status_code == 202
    assert Document.objects.get().filename == "scan.png"


def test_the_front_is_told_where_to_ask_and_how_long(api: APIClient) -> None:
    answer = send(api, image_base64=base64.b64encode(PNG).decode(), return_content=False)

    seconds, path = answer.headers[HEADER].split(" ")
    assert (seconds, path) == ("50", f"/ocr/{Document.objects.get().id}/?return_content=false")
    assert api.get(path).status_code == 202


def test_a_client_may_want_to_wait_less(api: APIClient) -> None:
    body = {"image_base64": base64.b64encode(PNG).decode()}

    answer = api.post(URL, body, format="json", headers={"Prefer": "wait=0"})

    assert HEADER not in answer.headers


def test_when_it_has_been_read_its_text_is_there(api: APIClient) -> None:
    body = {"image_base64": base64.b64encode(PNG).decode()}
    send(api, **body)
    document = Document.objects.get()
    read(document, "Привет, мир", "second page")

    answer = api.get(f"/ocr/{document.id}/").json()
    assert (answer["status"], answer["page_count"]) == ("ready", 2)
    assert answer["text"] == "Привет, мир\n\fsecond page\n"
    assert answer["markdown"].startswith("Привет, мир")
    again = send(api, **body)
    assert again.status_code == 200, "the same picture is not read twice"
    assert again.json()["text"] == answer["text"]
    assert send(api, **body, return_content=False).json()["text"] is None


def test_a_text_that_is_too_long_is_left_to_the_links(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "MOST_CONTENT", 5)
    send(api, image_base64=base64.b64encode(PNG).decode())
    read(Document.objects.get(), "more than that")

    answer = api.get(f"/ocr/{Document.objects.get().id}/").json()

    assert answer["text"] is None
    assert api.get(answer["links"]["txt"]).status_code == 200


def test_a_picture_at_an_address_is_fetched_and_then_read(api: APIClient, team: Team) -> None:
    answer = send(api, image_url="https://example.org/scan.png", return_content=False)

    fetch = Fetch.objects.get()
    assert (answer.status_code, fetch.url) == (202, "https://example.org/scan.png")
    _, path = answer.headers[HEADER].split(" ")
    assert path == f"/ocr/fetch/{fetch.id}/?return_content=false"
    assert api.get(path).status_code == 202
    fetch.document = make_document(team, pages=["text"])
    fetch.save()
    assert api.get(path).json()["id"] == str(fetch.document.id)
    fetch.document, fetch.status = None, "failed"
    fetch.set_error(NothingRead("Nobody answers there."))
    fetch.save()
    assert "Nobody answers" in problem_of(api.get(path), 409)["detail"]


def test_what_can_not_be_read_says_why(api: APIClient, team: Team) -> None:
    document = make_document(team, status="failed", error_code="damaged-file", error_detail="Bad.")

    problem = problem_of(api.get(f"/ocr/{document.id}/"), 409)

    assert "Bad." in problem["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"image_base64": "!"},
        {"image_base64": "", "image_url": "data:,"},
        {"image_url": "ftp://example.org/scan.png"},
        {"image_base64": "AGk="},
        {"picture": "aGk="},
    ],
)
def test_nonsense_is_refused(api: APIClient, sent: dict[str, Any]) -> None:
    assert send(api, **sent).status_code in (400, 415)
    assert not Document.objects.exists()


def test_strangers_get_nothing(
    anonymous_api: APIClient, stranger_api: APIClient, team: Team
) -> None:
    document = make_document(team, pages=["secret"])

    problem_of(send(anonymous_api, image_base64="aGk="), 401)
    problem_of(stranger_api.get(f"/ocr/{document.id}/"), 404)
