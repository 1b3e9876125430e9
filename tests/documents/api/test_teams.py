"""/api/v1/me/, /teams/, their members, /tags/."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from documents.models import AuditEntry, Membership, Role, Tag, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_document, make_team, make_user

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


def test_an_administrator_makes_a_team_and_nobody_else_does(api: APIClient) -> None:
    root = client_of(make_user(is_superuser=True))

    made = root.post("/api/v1/teams/", {"name": " Договоры "}, format="json")
    again = root.post("/api/v1/teams/", {"name": "Договоры"}, format="json")

    assert made.status_code == 201
    assert (made.json()["name"], made.json()["role"]) == ("Договоры", None)
    assert root.get(made.headers["Location"]).json()["id"] == made.json()["id"]
    assert "not free" in problem_of(again, 400)["errors"]["name"][0]
    problem_of(api.post("/api/v1/teams/", {"name": "Other"}, format="json"), 403)
    assert AuditEntry.objects.get(what="team.made").data == {"name": "Договоры"}


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


def test_tags_are_made_renamed_and_deleted(api: APIClient, team: Team) -> None:
    document = make_document(team, pages=["x"], tags=["old"])
    made = api.post("/api/v1/tags/", {"team": str(team.id), "name": "new"}, format="json")
    old = f"/api/v1/tags/{Tag.objects.get(name='old').id}/"

    assert (made.status_code, made.json()["name"]) == (201, "new")
    assert api.patch(old, {"name": "older"}, format="json").json()["name"] == "older"
    assert list(document.tags.values_list("name", flat=True)) == ["older"]
    problem = problem_of(api.patch(old, {"name": "New"}, format="json"), 400)
    assert set(problem["errors"]) == {"name"}
    assert api.delete(old).status_code == 204
    assert not document.tags.exists()
    problem_of(api.delete(old), 404)


def test_managers_look_after_name_and_members(api: APIClient, team: Team) -> None:
    boss = client_of(make_user("boss", team=team, role=Role.MANAGER))
    path = f"/api/v1/teams/{team.id}/"
    anna = {"username": "anna", "role": "reader", "invite": True}

    invited = boss.post(f"{path}members/", anna, format="json")

    assert invited.status_code == 201
    assert invited.json()["invited"] and "?key=" in invited.json()["invitation"]
    assert boss.get(invited.json()["invitation"]).status_code in (200, 302)
    changed = boss.patch(f"{path}members/anna/", {"role": "reviewer"}, format="json").json()
    assert changed["role"] == "reviewer"
    assert boss.delete(f"{path}members/anna/").status_code == 204
    problem_of(boss.delete(f"{path}members/anna/"), 404)
    problem = problem_of(boss.patch(f"{path}members/boss/", {"role": "reader"}, format="json"), 409)
    assert problem["code"] == "last-manager"
    problem_of(boss.post(f"{path}members/", {**anna, "invite": False, "username": "eve"},
                         format="json"), 400)  # fmt: skip
    assert boss.patch(path, {"name": "Archive"}, format="json").json()["name"] == "Archive"
    problem_of(api.patch(path, {"name": "Mine"}, format="json"), 403)
