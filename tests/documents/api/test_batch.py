"""POST documents/batch/: many files in one request, an answer each."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from documents.files.storage import archive
from documents.models import Document
from tests.documents.api.conftest import problem_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/documents/batch/"


def send(api: APIClient, *files: tuple[str, bytes], **fields: Any) -> Any:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return api.post(URL, {"file": uploads, **fields}, format="multipart")


def test_each_file_has_its_own_answer(api: APIClient, media: Any) -> None:
    answer = send(
        api, ("a.pdf", b"%PDF-1.4 a"), ("notes.xyz", b"\x00\x01 no document"),
        ("b.pdf", b"%PDF-1.4 b"), ("c.pdf", b"%PDF-1.4 a"), ("empty.pdf", b""), tags="one,two",
    )  # fmt: skip

    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [(each["filename"], each["status"]) for each in results] == [
        ("a.pdf", 201), ("notes.xyz", 415), ("b.pdf", 201), ("c.pdf", 200), ("empty.pdf", 400),
    ]  # fmt: skip
    assert results[0]["document"]["tags"] == ["one", "two"]
    assert results[3]["document"]["id"] == results[0]["document"]["id"]
    assert results[1]["problem"]["code"] == "unsupported-file-type"
    assert Document.objects.count() == 2
    assert not list(archive().staging.iterdir())


def test_a_field_that_is_wrong_refuses_all(api: APIClient, media: Any) -> None:
    answer = send(api, ("a.pdf", b"%PDF-1.4 a"), colour="red")

    assert "colour" in problem_of(answer, 400)["errors"]
    assert not Document.objects.exists()
    assert not list(archive().staging.iterdir())


def test_without_a_file_there_is_nothing_to_do(api: APIClient, media: Any) -> None:
    problem_of(api.post(URL, {"title": "a"}, format="multipart"), 400)


def test_a_reader_is_refused_for_each(reader_api: APIClient, media: Any) -> None:
    [result] = send(reader_api, ("a.pdf", b"%PDF-1.4 a")).json()["results"]

    assert (result["status"], result["problem"]["code"]) == (403, "role-too-low")


def test_a_repeated_batch_happens_once(api: APIClient, media: Any) -> None:
    def batch() -> Any:
        return api.post(
            URL,
            {"file": [SimpleUploadedFile("a.pdf", b"%PDF-1.4 a")]},
            format="multipart",
            headers={"idempotency-key": "k"},
        )

    assert batch().json() == batch().json()
    assert Document.objects.count() == 1
