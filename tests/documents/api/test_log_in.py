"""POST /api/v1/auth/token/: a name and a password against a token."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from documents.actions.log_out_everywhere import log_out_everywhere
from documents.errors import NotFound
from documents.models import ApiToken, LogInCounter, User
from documents.sign_in.hash_queue import HashQueue
from documents.sign_in.known_devices import COOKIE
from documents.sign_in.tokens import create_token
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
    kept = {value for row in ApiToken.objects.values() for value in map(str, row.values())}
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
    ["", "{", "[]", "null", '"text"', "[" * 50_000, '{"username": "\\ud800", "password": "x"}',
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


def test_a_log_in_of_two_megabytes_is_refused(ann: User) -> None:
    body = '{"username": "%s", "password": "x"}' % ("a" * 2 * 2**20)

    problem_of(APIClient().post(URL, body, content_type="application/json"), 413)


def test_wrong_passwords_have_to_wait(ann: User) -> None:
    log_in(APIClient(), username="ann", password="guess")

    answer = log_in(APIClient(), username="ann", password=PASSWORD)

    problem = problem_of(answer, 429)
    assert problem["code"] == "too-many-attempts"
    assert answer.headers["Retry-After"] == "1"
    assert "1 second" in problem["detail"]


def test_the_wait_is_told_in_the_readers_language(ann: User) -> None:
    log_in(APIClient(), username="ann", password="guess")

    answer = APIClient(headers={"accept-language": "ru"}).post(
        URL, {"username": "ann", "password": "guess"}, format="json"
    )

    assert "через 1 секунду" in problem_of(answer, 429)["detail"]


def test_where_somebody_logged_in_before_nobody_else_slows_them_down(ann: User) -> None:
    device = APIClient()
    log_in(device, username="ann", password=PASSWORD)
    LogInCounter.objects.all().delete()
    for _ in range(10):
        log_in(APIClient(REMOTE_ADDR="203.0.113.9"), username="ann", password="guess")
    problem_of(log_in(APIClient(), username="ann", password=PASSWORD), 429)

    answer = log_in(device, username="ann", password=PASSWORD)

    assert answer.status_code == 200
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_gateways_word_tells_clients_apart(ann: User) -> None:
    def try_as(address: str) -> int:
        client = APIClient(REMOTE_ADDR="10.0.0.5", HTTP_X_FORWARDED_FOR=f"1.1.1.1, {address}")
        answer = log_in(client, username=f"name {address} {next(serial)}", password="guess")
        return int(answer.status_code)

    serial = iter(range(100))
    for _ in range(20):
        last = try_as("198.51.100.7")

    assert last == 429
    assert try_as("203.0.113.9") == 401


def test_a_full_queue_is_a_503_that_says_when(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.actions.log_in.QUEUE", HashQueue(0, 1, 0.01))

    answer = log_in(APIClient(), username="ann", password=PASSWORD)

    assert problem_of(answer, 503)["code"] == "busy"
    assert int(answer.headers["Retry-After"]) > 0


def test_who_was_made_inactive_can_not_log_in(ann: User) -> None:
    ann.is_active = False
    ann.save()

    problem_of(log_in(APIClient(), username="ann", password=PASSWORD), 401)


def test_a_token_of_somebody_made_inactive_opens_nothing(ann: User) -> None:
    _, token = create_token(ann)
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
    kept, token = create_token(ann, datetime.timedelta(seconds=-1))
    assert kept.expires_at < timezone.now()

    problem_of(ask(token), 401)

    log_in(APIClient(), username="ann", password=PASSWORD)
    assert not ApiToken.objects.filter(pk=kept.pk).exists()


def ask(token: str) -> Any:
    return APIClient().get("/api/v1/documents/", HTTP_AUTHORIZATION=f"Token {token}")


@pytest.mark.parametrize(
    ("asked", "days"), [({}, 365), ({"expires_in": 86_400}, 1), ({"expires_in": 10}, 0)]
)
def test_a_token_expires_when_its_log_in_said(ann: User, asked: dict[str, int], days: int) -> None:
    answer = log_in(APIClient(), username="ann", password=PASSWORD, **asked).json()

    expires_at = datetime.datetime.fromisoformat(answer["expires_at"].replace("Z", "+00:00"))
    assert (expires_at - timezone.now() + datetime.timedelta(seconds=5)).days == days
    assert ask(answer["token"]).status_code == 200
    assert ApiToken.objects.get().expires_at == expires_at, "using it changes nothing"


@pytest.mark.parametrize("expires_in", [0, -1, 10**12, "soon", None])
def test_a_validity_that_makes_no_sense_is_refused(ann: User, expires_in: object) -> None:
    answer = log_in(APIClient(), username="ann", password=PASSWORD, expires_in=expires_in)

    assert set(problem_of(answer, 400)["errors"]) == {"expires_in"}


def test_a_token_revokes_itself_and_no_other(ann: User) -> None:
    (_, token), (_, other) = create_token(ann), create_token(ann)

    answer = APIClient().delete(URL, HTTP_AUTHORIZATION=f"Token {token}")

    assert answer.status_code == 204
    problem_of(ask(token), 401)
    assert ask(other).status_code == 200


def test_without_a_token_there_is_none_to_revoke(ann: User) -> None:
    problem_of(APIClient().delete(URL), 401)

    session = APIClient()
    session.force_login(ann)
    problem_of(session.delete(URL), 400)


def change_password(user: User) -> None:
    user.set_password("another long secret")
    user.save()


def deactivate(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


def log_out_by_api(user: User) -> None:
    _, token = create_token(user)
    answer = APIClient().post(
        "/api/v1/auth/log-out-everywhere/", HTTP_AUTHORIZATION=f"Token {token}"
    )
    assert answer.status_code == 204


@pytest.mark.parametrize("end", [change_password, deactivate, log_out_by_api])
def test_sessions_and_tokens_end_at_once(ann: User, end: Callable[[User], None]) -> None:
    other = make_user("other")
    session, others = APIClient(), APIClient()
    session.force_login(ann)
    others.force_login(other)
    _, token = create_token(ann)
    _, others_token = create_token(other)
    assert session.get("/api/v1/documents/").status_code == ask(token).status_code == 200

    end(User.objects.get(pk=ann.pk))

    problem_of(session.get("/api/v1/documents/"), 401)
    problem_of(ask(token), 401)
    assert others.get("/api/v1/documents/").status_code == 200
    assert ask(others_token).status_code == 200


def test_what_ended_with_a_deactivation_does_not_return_with_the_user(ann: User) -> None:
    session = APIClient()
    session.force_login(ann)
    _, token = create_token(ann)

    for is_active in (False, True):
        user = User.objects.get(pk=ann.pk)
        user.is_active = is_active
        user.save()

    problem_of(session.get("/api/v1/documents/"), 401)
    problem_of(ask(token), 401)


def test_nobody_logs_out_anybody_else(ann: User) -> None:
    with pytest.raises(NotFound):
        log_out_everywhere(ann.pk, actor=make_user("mallory"))
    with pytest.raises(NotFound):
        log_out_everywhere(12_345, actor=make_user("root", is_superuser=True))

    log_out_everywhere(ann.pk, actor=User.objects.get(username="root"))


def test_get_is_not_how_a_token_is_got(db: None) -> None:
    answer = APIClient().get(URL)

    problem_of(answer, 405)
    assert "POST" in answer.headers["Allow"]
