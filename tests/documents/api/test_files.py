"""GET original/, thumbnail/ and result.*: files, safe to open and able to be resumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.files.keys import original_key, result_key, thumbnail_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = pytest.mark.any_database

Url = Callable[..., str]
CONTENT = b"%PDF-1.4 0123456789"


@pytest.fixture
def document(team: Team, media: Path) -> Document:
    document = make_document(team, filename="Счёт «7», копия.pdf", pages=["a"])
    archive().write(original_key(document.id, document.filename), CONTENT)
    archive().write(thumbnail_key(document.id), b"RIFF....WEBP")
    for kind in ("json", "md", "txt"):
        archive().write(result_key(document.id, kind), f"result {kind} ё".encode())
    return document


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_original_is_sent_as_it_came(api: APIClient, document: Document, url: Url) -> None:
    answer = api.get(url(document, "original/"))

    assert answer.status_code == 200
    assert body(answer) == CONTENT
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["ETag"] == f'"{document.sha256}"'


@pytest.mark.parametrize(
    "below", ["original/", "result.json", "result.md", "result.txt", "thumbnail/"]
)
def test_nothing_that_was_uploaded_runs_in_a_browser(
    api: APIClient, document: Document, url: Url, below: str
) -> None:
    headers = api.get(url(document, below)).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    # A list shows fifty thumbnails: a browser asks for one again after an hour.
    kept = "private, max-age=3600" if below == "thumbnail/" else "private, no-cache"
    assert headers["Cache-Control"] == kept
    kind = "inline" if below == "thumbnail/" else "attachment"
    assert headers["Content-Disposition"].startswith(f"{kind};")


def test_the_file_keeps_its_name(api: APIClient, document: Document, url: Url) -> None:
    disposition = api.get(url(document, "original/")).headers["Content-Disposition"]

    assert disposition == (
        "attachment; filename*=utf-8''%D0%A1%D1%87%D1%91%D1%82%20%C2%AB7%C2%BB%2C%20"
        "%D0%BA%D0%BE%D0%BF%D0%B8%D1%8F.pdf"
    )


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("json", "application/json"),
        ("md", "text/markdown; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
    ],
)
def test_results_are_sent_under_the_documents_name(
    api: APIClient, document: Document, url: Url, kind: str, content_type: str
) -> None:
    answer = api.get(url(document, f"result.{kind}"))

    assert body(answer).decode() == f"result {kind} ё"
    assert answer.headers["Content-Type"] == content_type
    assert f"%D0%BA%D0%BE%D0%BF%D0%B8%D1%8F.{kind}" in answer.headers["Content-Disposition"]


def test_a_client_takes_a_file_whatever_it_accepts(
    api: APIClient, document: Document, url: Url
) -> None:
    for accept in ("application/pdf", "text/html", "image/webp", "*/*"):
        assert api.get(url(document, "original/"), HTTP_ACCEPT=accept).status_code == 200


@pytest.mark.parametrize("status", ["queued", "processing"])
@pytest.mark.parametrize("kind", ["json", "md", "txt"])
def test_a_result_that_is_not_there_yet_is_a_409(
    api: APIClient, team: Team, url: Url, status: str, kind: str
) -> None:
    document = make_document(team, status=status)

    problem = problem_of(api.get(url(document, f"result.{kind}")), 409)

    assert problem["code"] == "not-yet"


def test_while_it_is_read_again_the_results_before_are_served(
    api: APIClient, document: Document, url: Url
) -> None:
    api.post(url(document, "reprocess/"))

    assert api.get(url(document, "result.txt")).status_code == 200


def test_a_document_that_could_not_be_read_says_why_there_is_no_result(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, status="failed", error_detail="It needs a password.")

    problem = problem_of(api.get(url(document, "result.json")), 409)

    assert "password" in problem["detail"]


def test_a_lost_original_is_a_problem_and_no_empty_file(
    api: APIClient, document: Document, url: Url
) -> None:
    archive().delete_tree(f"documents/{document.id}/original")

    answer = api.get(url(document, "original/"))

    assert problem_of(answer, 503)["code"] == "original-missing"
    assert answer.headers["Retry-After"]


def test_a_document_without_pages_has_no_thumbnail(api: APIClient, team: Team, url: Url) -> None:
    problem_of(api.get(url(make_document(team, status="queued"), "thumbnail/")), 404)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-3", b"%PDF"),
        ("bytes=9-", b"0123456789"),
        ("bytes=-2", b"89"),
        ("bytes=9-9", b"0"),
        ("bytes=0-999", CONTENT),
        ("bytes=-999", CONTENT),
    ],
)
def test_a_part_of_the_file_can_be_had(
    api: APIClient, document: Document, url: Url, header: str, expected: bytes
) -> None:
    answer = api.get(url(document, "original/"), HTTP_RANGE=header)

    assert answer.status_code == 206
    assert body(answer) == expected
    assert answer.headers["Content-Length"] == str(len(expected))
    start = CONTENT.index(expected)
    end = start + len(expected) - 1
    assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{len(CONTENT)}"


@pytest.mark.parametrize("header", ["bytes=19-", "bytes=100-200", "bytes=-0"])
def test_a_part_that_is_not_there_is_a_416(
    api: APIClient, document: Document, url: Url, header: str
) -> None:
    answer = api.get(url(document, "original/"), HTTP_RANGE=header)

    problem_of(answer, 416)
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    "header",
    ["bytes=0-1,4-5", "bytes=5-2", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 40],
)
def test_what_is_no_single_range_gives_the_whole_file(
    api: APIClient, document: Document, url: Url, header: str
) -> None:
    answer = api.get(url(document, "original/"), HTTP_RANGE=header)

    assert answer.status_code == 200
    assert body(answer) == CONTENT


def test_a_download_of_another_version_is_begun_anew(
    api: APIClient, document: Document, url: Url
) -> None:
    path = url(document, "original/")

    same = api.get(path, HTTP_RANGE="bytes=4-", HTTP_IF_RANGE=f'"{document.sha256}"')
    other = api.get(path, HTTP_RANGE="bytes=4-", HTTP_IF_RANGE='"other"')

    assert (same.status_code, other.status_code) == (206, 200)


@pytest.mark.parametrize("below", ["original/", "result.json", "thumbnail/"])
def test_a_file_that_the_client_has_is_not_sent_again(
    api: APIClient, document: Document, url: Url, below: str
) -> None:
    etag = api.get(url(document, below)).headers["ETag"]

    answer = api.get(url(document, below), HTTP_IF_NONE_MATCH=etag)

    assert answer.status_code == 304
    assert answer.headers["ETag"] == etag


def test_a_result_that_was_made_anew_is_sent_again(
    api: APIClient, document: Document, url: Url
) -> None:
    etag = api.get(url(document, "result.txt")).headers["ETag"]
    archive().write(result_key(document.id, "txt"), b"corrected")

    assert api.get(url(document, "result.txt"), HTTP_IF_NONE_MATCH=etag).status_code == 200


@pytest.mark.parametrize(
    "below", ["original/", "result.json", "result.md", "result.txt", "thumbnail/"]
)
def test_files_are_for_the_team_alone(
    stranger_api: APIClient, reader_api: APIClient, anonymous_api: APIClient, document: Document,
    url: Url, below: str,
) -> None:  # fmt: skip
    problem_of(stranger_api.get(url(document, below)), 404)
    problem_of(anonymous_api.get(url(document, below)), 401)
    assert reader_api.get(url(document, below)).status_code == 200


def test_there_are_no_other_results(api: APIClient, document: Document, url: Url) -> None:
    for kind in ("exe", "pdf.exe", ""):
        problem_of(api.get(url(document, f"result.{kind}")), 404)


def test_the_files_are_closed_when_the_client_has_them(
    api: APIClient, document: Document, url: Url
) -> None:
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))

    for _ in range(20):
        api.get(url(document, "original/")).getvalue()
        api.get(url(document, "original/"), HTTP_RANGE="bytes=99-")
        api.get(url(document, "original/"), HTTP_IF_NONE_MATCH="*")

    assert len(list(open_files.iterdir())) <= before + 2
