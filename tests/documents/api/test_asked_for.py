"""Pages, priority, engine and version: asked for in every kind of upload, and told in answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.models import Document, Fetch, Team
from tests.documents.api.files import pdf_bytes, pdf_file
from tests.factories import make_document, make_ocr_worker

WISHES = {
    "pages": "3-4, 1", "priority": "high", "engine": "tesseract", "engine_version": "5.5.4",
}  # fmt: skip
URL = "/api/v1/documents/"


@pytest.fixture(autouse=True)
def worker(db: None) -> None:
    make_ocr_worker(engine_version="5.5.4 rus+eng")


def told(document: dict[str, Any]) -> bool:
    return bool(
        document["requested_pages"] == "1,3-4"
        and document["priority"] == "high"
        and document["requested_engine"] == "tesseract"
        and document["requested_engine_version"] == "5.5.4"
    )


def test_in_a_form_and_in_a_batch(api: APIClient) -> None:
    assert told(api.post(URL, {"file": pdf_file(), **WISHES}, format="multipart").json())

    many = {"file": [pdf_file("a.pdf"), pdf_file("b.pdf")], **WISHES}
    results = api.post(f"{URL}batch/", many, format="multipart").json()["results"]
    assert [told(result["document"]) for result in results] == [True, True]


def test_in_json(api: APIClient) -> None:
    content = base64.b64encode(pdf_bytes()).decode()
    body = {"filename": "a.pdf", "file_base64": content, **WISHES}

    assert told(api.post(URL, body, format="json").json())


def test_with_an_address(api: APIClient) -> None:
    body = {"source_url": "https://example.com/a.pdf", **WISHES}
    answer = api.post(URL, body, format="json")

    assert answer.status_code == 202
    assert Fetch.objects.get().fields.items() >= WISHES.items()
    refused = api.post(URL, {**body, "pages": "4-1"}, format="json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["pages"])


def test_in_pieces(api: APIClient) -> None:
    content = pdf_bytes(100)
    metadata = {"filename": "a.pdf", **WISHES}
    encoded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
    tus: Any = {"HTTP_TUS_RESUMABLE": "1.0.0"}
    begun = api.post(
        "/api/v1/uploads/", HTTP_UPLOAD_LENGTH="100", HTTP_UPLOAD_METADATA=encoded, **tus
    )
    assert begun.status_code == 201
    sent = api.patch(
        begun.headers["Location"],
        content,
        content_type="application/offset+octet-stream",
        HTTP_UPLOAD_OFFSET="0",
        **tus,
    )

    assert told(api.get(sent.headers["Content-Location"]).json())


def test_of_ocr(api: APIClient) -> None:
    sent = api.post("/ocr", {"file": pdf_file(), **WISHES}, format="multipart")

    assert told(api.get(sent.headers["Location"]).json())


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"pages": "7-3"}, 400),
        ({"priority": "urgent"}, 400),
        ({"engine_version": "5.5.4"}, 400),
        ({"engine": "tesseract", "engine_version": "4"}, 409),
    ],
)
def test_what_can_not_be_had_is_refused(api: APIClient, wish: dict[str, str], status: int) -> None:
    answer = api.post(URL, {"file": pdf_file(), **wish}, format="multipart")

    assert answer.status_code == status, answer.json()
    assert not Document.objects.exists()


def test_the_priority_is_changed(api: APIClient, reader_api: APIClient, team: Team) -> None:
    document = make_document(team, pages=["text"])
    path = f"{URL}{document.id}/"

    changed = api.patch(path, {"priority": "low", "title": "Other"}, format="json").json()

    assert (changed["priority"], changed["title"]) == ("low", "Other")
    assert reader_api.patch(path, {"priority": "high"}, format="json").status_code == 403
    assert api.get(f"{URL}?priority=low").json()["results"][0]["id"] == str(document.id)
    assert api.get(f"{URL}?priority=high").json()["results"] == []


def test_pages_that_nobody_asked_for_are_read_later(api: APIClient, team: Team) -> None:
    document = make_document(team, pages=["text", None, None], pages_skipped=2)
    document.pages.filter(number__gt=1).update(status="skipped")
    path = f"{URL}{document.id}/"

    listed = api.get(f"{path}pages/?status=skipped").json()["results"]
    asked = api.post(
        f"{path}reprocess/", json.dumps({"pages": "3-"}), content_type="application/json"
    )

    assert [page["number"] for page in listed] == [2, 3]
    assert (asked.status_code, asked.json()["requested_pages"]) == (202, "1,3")
    assert asked.json()["pages_skipped"] == 1
