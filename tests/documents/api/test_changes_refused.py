"""A job of many changes that makes no sense is refused at once, a repeated one is the same."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.models import ChangeJob, Team
from tests.documents.api.change_jobs import URL, ask, ids_of
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.mark.parametrize(
    ("action", "parameters", "field"),
    [
        ("assign", {}, "person"),
        ("assign", {"person": 1}, "person"),
        ("postpone", {}, "until"),
        ("postpone", {"until": "2030-08-01T09:00:00"}, "until"),
        ("postpone", {"until": "2030-02-31T09:00:00Z"}, "until"),
        ("language", {}, "language"),
        ("reprocess", {"engine_version": "5.5"}, "engine_version"),
    ],
)
def test_what_says_no_person_time_or_language_is_refused(
    api: APIClient, team: Team, action: str, parameters: Any, field: str
) -> None:
    answer = ask(api, action, parameters=parameters, ids=ids_of(make_document(team)))

    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])


def test_a_repeated_request_is_one_job(api: APIClient, team: Team) -> None:
    ids = ids_of(make_document(team, pages=["x"]))
    key = {"idempotency-key": "once"}

    answers = [ask(api, "trash", headers=key, ids=ids) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert ChangeJob.objects.count() == 1
    problem_of(ask(api, "untrash", headers=key, ids=ids), 422)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"action": "purge", "ids": [str(uuid.uuid4())]}, "action"),
        ({"action": "trash"}, "ids"),
        ({"action": "trash", "ids": []}, "ids"),
        ({"action": "trash", "ids": [str(uuid.uuid4())], "filter": {"q": "a"}}, "ids"),
        ({"action": "trash", "filter": {}}, "filter"),
        ({"action": "trash", "filter": {"trashed": "all"}}, "filter"),
        ({"action": "trash", "filter": {"titel": "a"}}, "filter.titel"),
        ({"action": "tag", "filter": {"q": "a"}}, "add"),
        ({"action": "trash", "parameters": {"x": 1}, "filter": {"q": "a"}}, "x"),
        ({"action": "reprocess", "parameters": {"ocr": "x"}, "filter": {"q": "a"}}, "ocr"),
        ({"action": "trash", "parameters": {"action": "tag"}, "ids": [str(uuid.uuid4())]},
         "parameters"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_once(api: APIClient, content: dict[str, Any], field: str) -> None:
    problem = problem_of(api.post(URL, content, format="json"), 400)

    assert set(problem["errors"]) == {field}
    assert not ChangeJob.objects.exists()


def test_more_than_may_be_changed_at_once_is_refused(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.api.changes.MOST_DOCUMENTS", 1)
    for _ in range(2):
        make_document(team, pages=["x"], tags=["t"])

    problem = problem_of(ask(api, "trash", filter={"tag": ["t"]}), 400)

    assert set(problem["errors"]) == {"filter"}
