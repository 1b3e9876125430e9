"""/api/v1/me/, /teams/, their members, /tags/."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from documents.models import Membership, Role, Tag, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


def test_me_names_the_user_their_teams_and_the_token(user: User, team: Team) -> None:
    make_team()

    me = token_client(user, "write").get("/api/v1/me/").json()

    assert me["username"] == user.username
    assert [(each["id"], each["role"]) for each in me["teams"]] == [(str(team.id), "reviewer")]
    assert me["token"]["scopes"] == ["write"]
    assert me["token"]["current"]
    assert not me["is_administrator"]


def test_a_session_has_no_token(api: APIClient) -> None:
    assert api.get("/api/v1/me/").json()["token"] is None


def test_a_superuser_sees_every_team_and_a_member_their_own(api: APIClient, team: Team) -> None:
    other = make_team()
    root = client_of(make_user(is_superuser=True))

    def ids(client: APIClient) -> set[str]:
        return {each["id"] for each in client.get("/api/v1/teams/").json()["results"]}

    assert ids(api) == {str(team.id)}
    assert ids(root) >= {str(team.id), str(other.id)}
    assert root.get(f"/api/v1/teams/{team.id}/").json()["role"] is None
    problem_of(api.get(f"/api/v1/teams/{other.id}/"), 404)


def test_a_members_role_and_default_are_their_own(user: User, team: Team) -> None:
    make_user(team=team, role=Role.MANAGER, is_default=True)
    Membership.objects.filter(user=user).update(is_default=True)

    [found] = client_of(user).get("/api/v1/teams/").json()["results"]

    assert (found["role"], found["is_default"]) == ("reviewer", True)


def test_members_are_those_of_the_team(api: APIClient, user: User, team: Team) -> None:
    make_user("ann", team=team, role=Role.MANAGER, first_name="Ann", last_name="Lee")
    make_user("bob", team=make_team())

    members = api.get(f"/api/v1/teams/{team.id}/members/").json()["results"]

    assert [(each["username"], each["role"]) for each in members] == [
        (user.username, "reviewer"),
        ("ann", "manager"),
    ]
    assert members[1] == {
        "username": "ann", "name": "Ann Lee", "role": "manager", "active": True, "invited": False,
    }  # fmt: skip


def test_tags_are_those_of_the_users_teams(api: APIClient, team: Team) -> None:
    other = make_team()
    for where, name in ((team, "b"), (team, "a"), (other, "c")):
        Tag.objects.create(team=where, name=name)

    def names(query: str = "") -> list[Any]:
        return [tag["name"] for tag in api.get(f"/api/v1/tags/{query}").json()["results"]]

    assert names() == ["a", "b"]
    assert names(f"?team={team.id}") == ["a", "b"]
    assert names(f"?team={other.id}") == []


@pytest.mark.parametrize("number", [2, 30])
@pytest.mark.parametrize("path", ["teams/", "teams/{team}/members/", "tags/", "me/"])
def test_a_list_costs_the_same_however_long_it_is(
    path: str,
    number: int,
    api: APIClient,
    user: User,
    team: Team,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for index in range(number):
        make_team().memberships.create(user=user, role=Role.READER)
        make_user(team=team)
        Tag.objects.create(team=team, name=f"tag {index}")

    with django_assert_max_num_queries(4):
        answer = api.get("/api/v1/" + path.format(team=team.id))

    assert answer.status_code == 200
