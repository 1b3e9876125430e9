"""`Prefer: wait=N`: the web process asks again until the document has been read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from documents.errors import Busy
from documents.http.ask_again import HEADER
from documents.models import Status, Team
from documents.sign_in.tokens import create_token
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def test_an_upload_waits_at_its_document_and_no_longer_than_half_a_minute(
    api: APIClient, media: Any
) -> None:
    for wanted, most in (("wait=5", 5), ("wait=600", 30), ("respond-async, wait=9", 9)):
        answer = api.post(
            "/api/v1/documents/",
            {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 " + wanted.encode())},
            format="multipart",
            headers={"prefer": wanted},
        )

        assert answer.status_code == 201
        assert answer.headers[HEADER] == f"{most} {answer.headers['Location']}"
        assert answer.headers["Preference-Applied"] == f"wait={most}"


@pytest.mark.parametrize(
    ("status", "waits"),
    [(Status.QUEUED, True), (Status.PROCESSING, True), (Status.READY, False),
     (Status.FAILED, False), (Status.PARTIAL, False)],
)  # fmt: skip
def test_a_document_waits_while_it_is_being_read(
    api: APIClient, team: Team, status: Status, waits: bool
) -> None:
    document = make_document(team, status=status)
    url = f"/api/v1/documents/{document.id}/"

    answer = api.get(url, headers={"prefer": "wait=7"})
    etag = answer.headers["ETag"]
    unchanged = api.get(url, headers={"prefer": "wait=7", "if-none-match": etag})

    assert (answer.headers.get(HEADER) == "7") is waits
    assert (unchanged.status_code, HEADER in unchanged.headers) == (304, waits)


def test_nobody_waits_who_did_not_ask_to(api: APIClient, team: Team) -> None:
    document = make_document(team, status=Status.QUEUED)

    answer = api.get(f"/api/v1/documents/{document.id}/")

    assert HEADER not in answer.headers
    assert "Preference-Applied" not in answer.headers


def test_a_program_waits_for_a_picture_while_others_are_drawn_and_a_browser_does_not(
    team: Team, media: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(page: Any) -> Any:
        raise Busy

    monkeypatch.setattr("documents.api.pages.get_page_image", busy)
    user = make_user(team=team)
    url = f"/api/v1/documents/{make_document(team, pages=['text']).id}/pages/1/image/"
    program = Client(headers={"x-api-key": create_token(user)[1]})
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    waits, impatient, person = (
        program.get(url), program.get(url, headers={"prefer": "wait=0"}), browser.get(url)
    )  # fmt: skip

    assert [each.status_code for each in (waits, impatient, person)] == [503, 503, 503]
    assert waits.headers[HEADER] == "20"
    assert HEADER not in impatient.headers
    assert HEADER not in person.headers
    assert waits.headers["Retry-After"]
