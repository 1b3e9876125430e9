"""Whatever goes wrong is a problem document."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError
from rest_framework.test import APIClient

from documents import errors
from documents.api import documents as endpoint
from documents.api.statuses import status_of
from documents.models import Team, User
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

URL = "/api/v1/documents/"


def raising(error: Exception) -> Any:
    def act(*args: object, **kwargs: object) -> None:
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UnsupportedFileType, 415),
        (errors.FileTooLarge, 413),
        (errors.EmptyFile, 400),
        (errors.InvalidRequest, 400),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.NotYet, 409),
        (errors.Conflict, 409),
        (errors.Busy, 503),
        (errors.StorageFull, 507),
        (errors.PasswordNeeded, 422),
        (errors.ReadingTimeout, 503),
        (errors.OriginalMissing, 503),
        (errors.LeaseLost, 409),
    ],
)
def test_an_error_of_the_archive_has_the_status_of_its_class(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, error: type[errors.ArchiveError], status: int
) -> None:
    monkeypatch.setattr(endpoint, "filter_documents", raising(error("What happened.")))

    answer = api.get(URL)

    problem = problem_of(answer, status)
    assert (problem["code"], problem["detail"]) == (error.code, "What happened.")
    assert ("Retry-After" in answer.headers) == (status in (503, 507))


def test_every_error_of_the_archive_has_a_status() -> None:
    found = [errors.ArchiveError]
    for cls in found:
        found.extend(cls.__subclasses__())

    unmapped = [cls for cls in found[1:] if status_of(cls) == 500]

    assert unmapped == []


def test_an_unexpected_error_is_a_500_that_gives_nothing_away(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def listen(sender: Any, request: Any, **kwargs: Any) -> None:
        told.append(request)

    monkeypatch.setattr(
        endpoint, "filter_documents", raising(RuntimeError("the password is hunter2"))
    )
    api.raise_request_exception = False
    got_request_exception.connect(listen)
    try:
        problem = problem_of(api.get(URL), 500)
    finally:
        got_request_exception.disconnect(listen)

    assert "hunter2" not in str(problem)
    assert len(told) == 1, "whoever watches for errors hears of it"


def test_a_database_without_room_is_a_507(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        endpoint, "filter_documents", raising(OperationalError("database or disk is full"))
    )

    assert problem_of(api.get(URL), 507)["code"] == "storage-full"


@pytest.mark.parametrize("body", ['{"\\ud800": 1}', '{"username": "\\ud800", "password": "x"}'])
def test_halves_of_characters_are_a_400(anonymous_api: APIClient, body: str) -> None:
    answer = anonymous_api.post("/api/v1/auth/token/", body, content_type="application/json")

    problem_of(answer, 400)


def test_a_choice_of_half_a_character_is_a_400(api: APIClient, team: Team) -> None:
    path = f"{URL}{make_document(team, pages=['a']).id}/reprocess/"

    problem_of(api.post(path, '{"ocr": "\\ud800"}', content_type="application/json"), 400)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_that_can_not_be_read_is_a_400_for_whoever_sends_it(
    user: User, content_type: str
) -> None:
    session = APIClient(enforce_csrf_checks=True)
    session.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    session.cookies["csrftoken"] = "a" * 32

    problem_of(session.generic("POST", URL, "--x", content_type), 400)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/documents/", "/api/v1/documents/7/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_a_path_that_means_nothing_is_a_404(
    anonymous_api: APIClient, path: str, method: str
) -> None:
    problem_of(getattr(anonymous_api, method)(path), 404)


def test_an_answer_in_a_format_there_is_not_is_a_406(api: APIClient) -> None:
    problem_of(api.get(URL, HTTP_ACCEPT="text/html"), 406)


def test_a_problem_is_in_the_clients_language(api: APIClient) -> None:
    russian = problem_of(api.get(f"{URL}?status=x", HTTP_ACCEPT_LANGUAGE="ru"), 400)
    english = problem_of(api.get(f"{URL}?status=x", HTTP_ACCEPT_LANGUAGE="en"), 400)

    assert russian["title"] == "Запрос составлен неверно."
    assert english["title"] == "The request is not valid."
    assert english["detail"] == 'status.0: "x" is not a valid choice.'
    assert "Значения x нет среди допустимых вариантов" in russian["detail"]
    assert russian["errors"].keys() == english["errors"].keys() == {"status.0"}


def test_reading_again_with_an_engine_that_no_worker_has_says_so_in_russian(
    api: APIClient, team: Team
) -> None:
    document = make_document(team, pages=["a"])

    answer = api.post(
        f"{URL}{document.id}/reprocess/",
        {"engine": "paddleocr-vl"},
        headers={"accept-language": "ru"},
    )

    problem = problem_of(answer, 409)
    assert problem["code"] == "engine-not-running"
    assert problem["title"] == "Ни в одном процессе распознавания нет этого движка."
    assert "нет движка paddleocr-vl" in problem["detail"]


def test_an_error_of_the_archive_has_a_title_in_russian_too(api: APIClient, team: Team) -> None:
    document = make_document(team, status="queued")

    answer = api.get(f"{URL}{document.id}/result.json", HTTP_ACCEPT_LANGUAGE="ru")

    problem = problem_of(answer, 409)
    assert problem["title"] == "Этого ещё нет."
    assert problem["detail"].startswith("Документ ещё читается.")
    assert answer.headers["Content-Language"] == "ru"
