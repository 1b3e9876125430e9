"""/api/v1/tokens/: several a user, named, limited, shown once, revoked."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from documents.models import ApiToken, Role, Team, TokenScope, User
from documents.sign_in.tokens import create_token
from tests.documents.api.conftest import problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_document, make_team, make_user

URL = "/api/v1/tokens/"

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def ask(key: str, header: str = "Authorization", scheme: str = "Token ") -> Any:
    return APIClient().get("/api/v1/documents/", headers={header: f"{scheme}{key}"})


def make(client: APIClient, **given: Any) -> Any:
    return client.post(URL, {"name": "Scanner", "scopes": ["read"], **given}, format="json")


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("Authorization", "Token "),
        ("Authorization", "token "),
        ("Authorization", "Bearer "),
        ("X-API-Key", ""),
    ],
)
def test_a_token_opens_the_api_by_either_header(user: User, header: str, scheme: str) -> None:
    _, key = create_token(user)

    assert ask(key, header, scheme).status_code == 200


def test_x_api_key_wins_over_an_authorization_that_is_the_gateways(user: User) -> None:
    _, key = create_token(user)

    answer = APIClient().get(
        "/api/v1/me/", headers={"authorization": "Bearer of-the-gateway", "x-api-key": key}
    )

    assert answer.status_code == 200


def test_a_made_token_is_shown_once_and_kept_as_a_hash(api: APIClient, team: Team) -> None:
    answer = make(api, scopes=["write", "read"], teams=[str(team.id)])

    assert answer.status_code == 201
    made = answer.json()
    key = made.pop("token")
    assert ask(key).status_code == 200
    assert key.startswith(made["prefix"])
    assert made["scopes"] == ["read", "write"]
    assert made["teams"] == [str(team.id)]
    [listed] = api.get(URL).json()["results"]
    assert {**listed, "last_used_at": None} == made
    stored = {str(value) for row in ApiToken.objects.values() for value in row.values()}
    assert key not in stored


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"expires_at": "2020-01-01"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"teams": ["no id"]}, "teams.0"),
        ({"scope": ["read"]}, "scope"),
    ],
)
def test_what_makes_no_token_is_named(api: APIClient, given: Any, field: str) -> None:
    assert field in problem_of(make(api, **given), 400)["errors"]


def test_a_token_of_a_foreign_team_is_refused(api: APIClient) -> None:
    problem_of(make(api, teams=[str(make_team().id)]), 404)


def test_nobody_has_tokens_without_end(api: APIClient, user: User) -> None:
    for _ in range(100):
        create_token(user)

    assert "name" in problem_of(make(api), 400)["errors"]


def test_a_revoked_token_opens_nothing_and_is_not_listed(api: APIClient, user: User) -> None:
    made = make(api).json()
    _, other = create_token(user, name="other")

    assert api.delete(made["links"]["self"]).status_code == 204

    problem_of(ask(made["token"]), 401)
    assert ask(other).status_code == 200
    assert [token["name"] for token in api.get(URL).json()["results"]] == ["other"]
    assert ApiToken.objects.get(name="Scanner").revoked_at is not None


def test_the_tokens_of_others_are_not_there(api: APIClient) -> None:
    token, key = create_token(make_user())

    assert api.get(URL).json()["results"] == []
    problem_of(api.delete(f"{URL}{token.public_id}/"), 404)
    assert ask(key).status_code == 200


def test_an_administrator_revokes_anybodys(user: User) -> None:
    token, key = create_token(user, name="a")
    admin = token_client(make_user(is_superuser=True))

    assert admin.delete(f"{URL}{token.public_id}/").status_code == 204
    problem_of(ask(key), 401)


def test_a_new_password_ends_every_token(api: APIClient, user: User) -> None:
    key = make(api).json()["token"]

    user.set_password("another long secret")
    user.save()

    problem_of(ask(key), 401)


@pytest.mark.parametrize("lacking", list(TokenScope))
def test_a_token_makes_none_with_more_scopes(user: User, lacking: TokenScope) -> None:
    scopes = {scope.value for scope in TokenScope} - {lacking.value}
    client = token_client(user, *scopes)

    answer = make(client, scopes=list(TokenScope.values))

    assert problem_of(answer, 403)["code"] == "scope-too-narrow"


def test_a_token_bound_to_a_team_makes_tokens_of_that_team(user: User, team: Team) -> None:
    other = make_team()
    other.memberships.create(user=user, role=Role.MANAGER)
    client = token_client(user, teams=[team.id])

    problem_of(make(client, teams=[str(other.id)]), 404)
    assert make(client).json()["teams"] == [str(team.id)]


def test_a_token_makes_none_that_outlives_it(user: User) -> None:
    _, key = create_token(user, datetime.timedelta(days=2), name="parent")
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=key)

    child = ApiToken.objects.get(public_id=make(client).json()["id"])

    assert child.expires_at - timezone.now() <= datetime.timedelta(days=2)
    later = (timezone.now() + datetime.timedelta(days=3)).isoformat()
    assert "expires_at" in problem_of(make(client, expires_at=later), 400)["errors"]


def test_last_use_is_known_to_a_minute_and_written_no_more_often(user: User) -> None:
    token, key = create_token(user)
    ask(key)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None

    ask(key)
    token.refresh_from_db()
    assert token.last_used_at == first

    ApiToken.objects.update(last_used_at=first - datetime.timedelta(minutes=2))
    ask(key)
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at >= first


def test_a_token_bound_to_a_team_sees_that_team_alone(user: User, team: Team) -> None:
    other = make_team()
    other.memberships.create(user=user, role=Role.MANAGER)
    mine, hidden = make_document(team), make_document(other)
    client = token_client(user, teams=[team.id])

    listed = client.get("/api/v1/documents/").json()["results"]
    teams = client.get("/api/v1/teams/").json()["results"]

    assert [document["id"] for document in listed] == [str(mine.id)]
    assert [each["id"] for each in teams] == [str(team.id)]
    problem_of(client.get(f"/api/v1/documents/{hidden.id}/"), 404)
    problem_of(client.delete(f"/api/v1/documents/{hidden.id}/"), 404)
    problem_of(client.get(f"/api/v1/teams/{other.id}/members/"), 404)


def test_a_superusers_token_bound_to_a_team_sees_that_team_alone(team: Team) -> None:
    mine, hidden = make_document(team), make_document(make_team())
    client = token_client(make_user(is_superuser=True), teams=[team.id])

    listed = client.get("/api/v1/documents/").json()["results"]

    assert [document["id"] for document in listed] == [str(mine.id)]
    problem_of(client.get(f"/api/v1/documents/{hidden.id}/"), 404)
    assert not client.get("/api/v1/me/").json()["is_administrator"]
    problem_of(client.post("/api/v1/auth/log-out-everywhere/"), 403)


def test_a_team_that_is_deleted_does_not_widen_its_tokens(user: User, team: Team) -> None:
    gone = make_team()
    gone.memberships.create(user=user, role=Role.READER)
    make_document(team)
    client = token_client(user, teams=[gone.id])

    gone.delete()

    assert client.get("/api/v1/documents/").json()["results"] == []


def test_an_unknown_token_is_a_404(api: APIClient) -> None:
    problem_of(api.delete(f"{URL}{uuid.uuid4()}/"), 404)
