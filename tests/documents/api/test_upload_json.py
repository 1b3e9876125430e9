"""POST /api/v1/documents/ with JSON: the file in base64, up to a size that fits in memory."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from documents.api.parsers import MAX_JSON_UPLOAD_BYTES
from documents.models import Document
from tests.documents.api.conftest import problem_of
from tests.documents.api.files import pdf_bytes

pytestmark = pytest.mark.any_database

URL = "/api/v1/documents/"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def upload(api: APIClient, **fields: Any) -> Any:
    return api.post(URL, fields, format="json")


def nothing_is_kept(media: Path) -> bool:
    return not Document.objects.exists() and not [p for p in media.rglob("*") if p.is_file()]


def test_a_file_in_json_is_a_document_like_any_other(api: APIClient, media: Path) -> None:
    content = pdf_bytes(10_000)

    answer = upload(
        api, title="Счёт", file_base64=encoded(content), filename="a.pdf", tags=["x", "y"]
    )

    assert answer.status_code == 201
    assert answer.json()["title"] == "Счёт"
    assert sorted(answer.json()["tags"]) == ["x", "y"]
    assert api.get(f"{answer.json()['links']['original']}").getvalue() == content


def test_a_tag_with_a_comma_is_refused_and_nothing_kept(api: APIClient, media: Path) -> None:
    answer = upload(api, file_base64=encoded(pdf_bytes()), filename="a.pdf", tags=["y, z"])

    assert set(problem_of(answer, 400)["errors"]) == {"tags"}
    assert nothing_is_kept(media)


def test_writers_that_escape_slash_and_plus_or_break_lines_are_understood(api: APIClient) -> None:
    content = b"%PDF-1.4 " + bytes(range(256)) * 8
    text = base64.encodebytes(content).decode()
    body = json.dumps({"filename": "a.pdf", "file_base64": text})
    body = body.replace("/", "\\/").replace("+", "\\u002B")

    answer = api.post(URL, body, content_type="application/json")

    assert answer.status_code == 201
    assert api.get(answer.json()["links"]["original"]).getvalue() == content


@pytest.mark.parametrize(
    "fields",
    [
        {"filename": "a.pdf"},
        {"filename": "a.pdf", "file_base64": None},
        {"filename": "a.pdf", "file_base64": 7},
        {"filename": "a.pdf", "file_base64": ""},
        {"filename": "a.pdf", "file_base64": "data:application/pdf;base64,JVBERi0="},
        {"filename": "a.pdf", "file_base64": "JVBE=Ri0"},
        {"filename": "a.pdf", "file_base64": "ё"},
        {"filename": "a.pdf", "file_base64": "AAAAA"},
        {"filename": "a.pdf", "file_base64": "="},
        {"filename": "a.pdf", "file_base64": "A*AA"},
        {"file_base64": "JVBERi0xLjQK"},
        {"file_base64": "JVBERi0xLjQK", "filename": "a.pdf", "tags": {"a": 1}},
        {"file_base64": "JVBERi0xLjQK", "filename": "a.pdf", "source_url": "x"},
    ],
)
def test_what_makes_no_sense_is_a_400_and_nothing_is_kept(
    api: APIClient, media: Path, fields: dict[str, Any]
) -> None:
    problem_of(upload(api, **fields), 400)
    assert nothing_is_kept(media)


@pytest.mark.parametrize(
    "body",
    [
        b'{"file_base64": "JVBERi0xLjQK"',
        b'{"file_base64": "JVBERi0x',
        b'{"file_base64": "JVBERi0x\\',
        b'{"file_base64": "JVBERi0x", "file_base64": "JVBERi0x", "filename": "a"}',
        b'["file_base64", "JVBERi0x"]',
        b'"file_base64"',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_broken_json_is_a_400_and_nothing_is_kept(api: APIClient, media: Path, body: bytes) -> None:
    problem_of(api.post(URL, body, content_type="application/json"), 400)
    assert nothing_is_kept(media)


@override_settings(OCRSITE_MAX_UPLOAD_BYTES=2**20)
def test_a_file_over_the_limit_is_refused_and_nothing_is_kept(api: APIClient, media: Path) -> None:
    answer = upload(api, filename="a.pdf", file_base64=encoded(pdf_bytes(2**20 + 1)))

    problem_of(answer, 413)
    assert nothing_is_kept(media)


def test_much_text_beside_the_file_is_refused(api: APIClient, media: Path) -> None:
    answer = upload(api, filename="a" * 2 * 2**20, file_base64=encoded(pdf_bytes()))

    assert set(problem_of(answer, 400)["errors"]) == {"filename"}
    assert nothing_is_kept(media)


def test_padding_may_be_left_out(api: APIClient) -> None:
    content = pdf_bytes(10_001)

    answer = upload(api, filename="a.pdf", file_base64=encoded(content).rstrip("="))

    assert encoded(content).endswith("=")
    assert api.get(answer.json()["links"]["original"]).getvalue() == content


def test_a_body_above_the_limit_is_refused_and_points_to_forms(api: APIClient, media: Path) -> None:
    rest = b'{"filename": "a.pdf", "file_base64": "'
    body = rest + b"A" * (MAX_JSON_UPLOAD_BYTES - len(rest) - 1) + b'"}'

    answer = api.post(URL, body, content_type="application/json", headers={"accept-language": "ru"})

    problem = problem_of(answer, 413)
    assert problem["code"] == "request-too-large"
    assert "multipart/form-data" in problem["detail"]
    assert "Файл большего размера отправьте формой" in problem["detail"]
    assert nothing_is_kept(media)


def test_a_file_just_below_the_limit_is_taken(api: APIClient) -> None:
    content = pdf_bytes((MAX_JSON_UPLOAD_BYTES - 1000) // 4 * 3)

    answer = upload(api, filename="a.pdf", file_base64=encoded(content))

    assert answer.status_code == 201
    assert answer.json()["size"] == len(content)
