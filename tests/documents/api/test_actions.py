"""POST approve/, reject/, restore/ and reprocess/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.correct import correct
from documents.errors import PasswordNeeded
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, PageStatus, Status, Team
from documents.models.stored_error import error_fields
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_ocr_worker, make_user

Url = Callable[..., str]


@pytest.mark.parametrize(("verb", "verdict"), [("approve/", "approved"), ("reject/", "rejected")])
def test_a_reviewer_decides(api: APIClient, team: Team, url: Url, verb: str, verdict: str) -> None:
    document = make_document(team, pages=["text"])

    answer = api.post(url(document, verb))

    assert answer.status_code == 200
    assert answer.json()["review_status"] == verdict
    assert api.get(url(document)).json()["review_status"] == verdict


@pytest.mark.parametrize("verb", ["approve/", "reject/"])
def test_a_decision_names_the_version_it_is_about(
    api: APIClient, team: Team, url: Url, verb: str
) -> None:
    document = make_document(team, pages=["text"])
    seen = api.get(url(document)).json()["version"]
    correct(document.id, 1, {"b0": "other"}, revision=0, actor=make_user(team=document.team))

    problem = problem_of(api.post(url(document, verb), {"version": seen}), 409)

    assert problem["code"] == "outdated"
    assert api.get(url(document)).json()["review_status"] == "unreviewed"

    now = api.get(url(document)).json()["version"]
    assert api.post(url(document, verb), {"version": now}).status_code == 200


@pytest.mark.parametrize("body", [{"version": 0}, {"version": "new"}, {"revision": 1}])
def test_a_decision_that_makes_no_sense_is_none(
    api: APIClient, team: Team, url: Url, body: dict[str, Any]
) -> None:
    document = make_document(team, pages=["text"])

    problem = problem_of(api.post(url(document, "approve/"), body), 400)

    assert set(problem["errors"]) == set(body)
    document.refresh_from_db()
    assert document.review_status == "unreviewed"


@pytest.mark.parametrize("verb", ["approve/", "reject/"])
def test_what_is_still_being_read_can_not_be_decided_on(
    api: APIClient, team: Team, url: Url, verb: str
) -> None:
    problem_of(api.post(url(make_document(team, status="processing"), verb)), 409)


def test_what_could_not_be_read_is_not_approved(api: APIClient, team: Team, url: Url) -> None:
    problem_of(api.post(url(make_document(team, status="failed"), "approve/")), 409)


def test_a_document_comes_out_of_the_trash(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team)
    api.delete(url(document))

    answer = api.post(url(document, "restore/"))

    assert answer.status_code == 200
    assert answer.json()["trashed_at"] is None
    assert len(api.get("/api/v1/documents/").json()["results"]) == 1


def test_a_document_is_read_again(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, pages=["a", "b"], review_status="approved")
    make_ocr_worker("tesseract")

    answer = api.post(
        url(document, "reprocess/"), {"engine": "tesseract", "ocr": "always", "language": "en"}
    )

    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["status"], shown["review_status"]) == ("processing", "unreviewed")
    assert (shown["language"], shown["pages_done"]) == ("en", 0)
    document.refresh_from_db()
    assert (document.ocr, document.requested_engine, document.run) == ("always", "tesseract", 2)


def test_it_is_read_again_as_it_was_when_nothing_is_said(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["a"], ocr="always", language="ru")

    answer = api.post(url(document, "reprocess/"))

    assert answer.status_code == 202
    document.refresh_from_db()
    assert (document.ocr, document.language) == ("always", "ru")


def test_single_pages_are_read_again(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, pages=["a", "b"])

    shown = api.post(url(document, "reprocess/"), {"pages": [2]}).json()

    assert (shown["pages_done"], shown["status"]) == (1, "processing")
    for wrong in ("some", [1, "2"], [True], {"1": 2}):
        assert api.post(url(document, "reprocess/"), {"pages": wrong}).status_code == 400


def test_only_the_failed_pages_are_read_again_when_asked(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, status="partial", pages=["a", None], failed=[2])

    shown = api.post(url(document, "reprocess/"), {"pages": "failed"}).json()

    assert (shown["pages_done"], shown["pages_failed"]) == (1, 0)
    statuses = document.pages.values_list("status", flat=True)
    assert list(statuses) == [PageStatus.DONE, PageStatus.PENDING]


def test_where_no_page_failed_there_is_nothing_to_read_again(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["a"])

    answer = api.post(url(document, "reprocess/"), {"pages": "failed"})

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        ({"engine": "abbyy"}, "engine"),
        ({"ocr": "sometimes"}, "ocr"),
        ({"language": "russian"}, "language"),
        ({"pages": [2]}, "pages"),
        ({"pages": "1 to 3"}, "pages"),
        ({"page": "all"}, "page"),
    ],
)
def test_what_makes_no_sense_starts_nothing(
    api: APIClient, team: Team, url: Url, body: dict[str, Any], culprit: str
) -> None:
    document = make_document(team, pages=["a"])

    problem = problem_of(api.post(url(document, "reprocess/"), body), 400)

    assert set(problem["errors"]) == {culprit}
    document.refresh_from_db()
    assert document.run == 1


def test_what_lies_in_the_trash_is_not_worked_on(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, pages=["a"])
    api.delete(url(document))

    for verb in ("approve/", "reject/", "reprocess/"):
        problem_of(api.post(url(document, verb)), 409)


@pytest.mark.parametrize("verb", ["approve/", "reject/", "restore/", "reprocess/"])
def test_strangers_find_nothing_readers_may_not_and_nobody_has_to_log_in(
    stranger_api: APIClient, reader_api: APIClient, anonymous_api: APIClient, team: Team,
    url: Url, verb: str,
) -> None:  # fmt: skip
    path = url(make_document(team, pages=["a"]), verb)

    problem_of(stranger_api.post(path), 404)
    problem_of(reader_api.post(path), 403)
    problem_of(anonymous_api.post(path), 401)
    problem_of(reader_api.get(path), 405)


def opener(path: str, mime_type: str, password: str) -> bytes:
    if password != "open sesame ":
        raise PasswordNeeded
    return b"%PDF-1.4 open"


@pytest.fixture
def locked(team: Team, settings: Any, media: object) -> Document:
    settings.OCRSITE_UNLOCKER = f"{__name__}.opener"
    document = make_document(team, status=Status.FAILED, **error_fields(PasswordNeeded()))
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4 locked")
    return document


def test_a_protected_file_is_opened_by_its_password(
    api: APIClient, locked: Document, url: Url
) -> None:
    problem = problem_of(api.post(url(locked, "password/"), {"password": "open sesame"}), 400)
    assert problem["code"] == "wrong-password"
    assert list(problem["errors"]) == ["password"]

    answer = api.post(url(locked, "password/"), {"password": "open sesame "})

    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["error"]) == ("queued", None)
    again = problem_of(api.post(url(locked, "password/"), {"password": "open sesame "}), 409)
    assert again["code"] == "not-locked"


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": None}, {"pass": "x"}])
def test_a_request_without_a_password_is_refused(
    api: APIClient, locked: Document, url: Url, body: dict[str, Any]
) -> None:
    problem_of(api.post(url(locked, "password/"), body), 400)


@pytest.mark.parametrize(
    ("pages", "numbers"), [("1", {1}), ("1,3-4", {1, 3, 4}), ("2-2,2", {2}), ([2, 4], {2, 4})]
)
def test_pages_are_named_by_numbers_and_ranges(
    api: APIClient, team: Team, url: Callable[..., str], pages: Any, numbers: set[int]
) -> None:
    document = make_document(team, pages=["a", "b", "c", "d"])

    answer = api.post(url(document, "reprocess/"), {"pages": pages}, format="json")

    assert answer.status_code == 202
    pending = document.pages.filter(status="pending").values_list("number", flat=True)
    assert set(pending) == numbers


@pytest.mark.parametrize("pages", ["", "3-1", "1-999999", "0x1", "1;2", "-1", ["1"], 3])
def test_what_names_no_pages_is_refused(
    api: APIClient, team: Team, url: Callable[..., str], pages: Any
) -> None:
    document = make_document(team, pages=["a"])

    answer = api.post(url(document, "reprocess/"), {"pages": pages}, format="json")

    assert "pages" in problem_of(answer, 400)["errors"]
