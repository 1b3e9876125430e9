"""POST /api/v1/auth/token/: a name and a password against a token."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from documents.models import User
from tests.documents.api.conftest import problem_of
from tests.factories import PASSWORD, make_user

URL = "/api/v1/auth/token/"


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann")


def log_in(client: APIClient, **credentials: Any) -> Any:
    return client.post(URL, credentials, format="json")


def test_the_right_password_gives_a_token_that_opens_the_api(ann: User) -> None:
    client = APIClient()

    answer = log_in(client, username="ann", password=PASSWORD)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("/api/v1/documents/").status_code == 200


def test_each_log_in_gives_a_new_token_and_only_hashes_are_kept(ann: User) -> None:
    tokens = {
        log_in(APIClient(), username="ann", password=PASSWORD).json()["token"] for _ in range(2)
    }

    assert len(tokens) == 2
    kept = {value for row in AuthToken.objects.values() for value in map(str, row.values())}
    assert not tokens & kept


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(ann: User) -> None:
    wrong = log_in(APIClient(), username="ann", password="guess")
    unknown = log_in(APIClient(), username="bob", password="guess")

    assert problem_of(wrong, 401) == problem_of(unknown, 401)
    assert "WWW-Authenticate" in wrong.headers


def test_missing_fields_are_named(ann: User) -> None:
    problem = problem_of(log_in(APIClient(), username="ann"), 400)

    assert set(problem["errors"]) == {"password"}


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"text"', "[" * 100_000, '{"username": "\\ud800", "password": "x"}',
     '{"username": "a\\u0000b", "password": "x"}', '{"username": NaN, "password": "x"}'],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_a_400(ann: User, body: str) -> None:
    answer = APIClient().post(URL, body, content_type="application/json")

    problem_of(answer, 400)


def test_a_body_that_is_no_json_is_a_415(ann: User) -> None:
    problem_of(APIClient().post(URL, "username=ann", content_type="text/plain"), 415)


def test_a_body_larger_than_any_log_in_is_refused(ann: User) -> None:
    body = '{"username": "%s", "password": "x"}' % ("a" * 11 * 2**20)

    problem_of(APIClient().post(URL, body, content_type="application/json"), 413)


def test_ten_wrong_passwords_lock_the_name_for_a_while(ann: User) -> None:
    for _ in range(10):
        last = log_in(APIClient(), username="ann", password="guess")

    assert last.status_code == 429
    answer = log_in(APIClient(), username="ann", password=PASSWORD)
    problem_of(answer, 429)
    assert int(answer.headers["Retry-After"]) == 300


def test_a_log_in_forgets_the_wrong_passwords_before_it(ann: User) -> None:
    for _ in range(9):
        log_in(APIClient(), username="ann", password="guess")

    assert log_in(APIClient(), username="ann", password=PASSWORD).status_code == 200
    assert not AccessAttempt.objects.exists()


def test_who_was_made_inactive_can_not_log_in(ann: User) -> None:
    ann.is_active = False
    ann.save()

    problem_of(log_in(APIClient(), username="ann", password=PASSWORD), 401)


def test_a_token_of_somebody_made_inactive_opens_nothing(ann: User) -> None:
    _, token = AuthToken.objects.create(user=ann)
    ann.is_active = False
    ann.save()

    answer = APIClient().get("/api/v1/documents/", HTTP_AUTHORIZATION=f"Token {token}")

    problem_of(answer, 401)


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token unknown", "Token \xff\xfe", "Bearer x", "Basic eDp5"]
)
def test_what_is_no_token_is_a_401_that_says_how_to_log_in(db: None, header: str) -> None:
    answer = APIClient().get("/api/v1/documents/", HTTP_AUTHORIZATION=header)

    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_an_expired_token_opens_nothing_and_goes_with_the_next_log_in(ann: User) -> None:
    kept, token = AuthToken.objects.create(user=ann, expiry=datetime.timedelta(seconds=-1))
    assert kept.expiry < timezone.now()

    problem_of(APIClient().get("/api/v1/documents/", HTTP_AUTHORIZATION=f"Token {token}"), 401)

    log_in(APIClient(), username="ann", password=PASSWORD)
    assert not AuthToken.objects.filter(pk=kept.pk).exists()


def test_get_is_not_how_a_token_is_got(db: None) -> None:
    answer = APIClient().get(URL)

    problem_of(answer, 405)
    assert "POST" in answer.headers["Allow"]
