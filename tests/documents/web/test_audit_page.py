"""The audit's page: managers find who did what, turn its pages and take it away."""

from __future__ import annotations

import csv
import datetime
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.models import AuditEntry, Membership, Role, Team, User
from documents.web.audit import PER_PAGE
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


@pytest.fixture
def managers(boss: User) -> Client:
    return browser_of(boss)


def plant(team: Team, number: int, **values: Any) -> None:
    now = timezone.now()
    for index in range(number):
        AuditEntry.objects.create(
            **{
                "kind": "viewed", "what": "page", "team": team, "username": "clerk",
                "title": f"No {index};", "document_id": team.id,
                "at": now - datetime.timedelta(minutes=index), **values,
            }
        )  # fmt: skip


def titles(page: str) -> list[str]:
    return re.findall(r"No \d+;", page)


def test_pages_are_turned_without_a_gap(team: Team, managers: Client) -> None:
    plant(team, PER_PAGE + 3)

    first = managers.get("/team/audit/").content.decode()
    found = re.search(r'href="(\?before=[^"]+)"', first)
    assert found is not None
    second = managers.get("/team/audit/" + found[1]).content.decode()

    assert titles(first) + titles(second) == [f"No {index};" for index in range(PER_PAGE + 3)]
    assert "Older" not in second


def test_entries_of_one_moment_are_all_there(team: Team, managers: Client) -> None:
    plant(team, PER_PAGE + 3, at=timezone.now())

    first = managers.get("/team/audit/").content.decode()
    found = re.search(r'href="(\?before=[^"]+)"', first)
    assert found is not None
    second = managers.get("/team/audit/" + found[1]).content.decode()

    assert len(set(titles(first) + titles(second))) == PER_PAGE + 3


def test_filters_stand_in_the_address_and_nonsense_filters_nothing(
    team: Team, managers: Client
) -> None:
    plant(team, 2)
    plant(team, 1, username="ivan", kind="exported", what="original", title="No 7;")

    def found(**query: str) -> list[str]:
        return titles(managers.get("/team/audit/", query).content.decode())

    assert len(found()) == 3
    assert found(person="ivan") == ["No 7;"]
    assert found(kind="exported", team=str(team.id)) == ["No 7;"]
    assert found(title="no 7") == ["No 7;"]
    today = timezone.localdate()
    assert len(found(since=str(today), until=str(today))) == 3
    assert found(until=str(today - datetime.timedelta(days=1))) == []
    assert len(found(kind="x", team="x", document="x", since="x", before="x,y")) == 3


def test_a_file_has_what_the_page_shows_and_says_so_itself(team: Team, managers: Client) -> None:
    plant(team, 3)
    plant(team, 1, username="ivan")

    answer = managers.post("/team/audit/export/", {"person": "ivan"})

    assert answer["Content-Type"].startswith("text/csv")
    assert ".csv" in answer["Content-Disposition"]
    text = b"".join(answer).decode().removeprefix("\ufeff")
    assert [row["person"] for row in csv.DictReader(io.StringIO(text))] == ["ivan"]
    assert "audit exported" in managers.get("/team/audit/").content.decode()


def test_others_see_nothing_of_it(
    team: Team, browser: Client, reader_browser: Client, stranger_browser: Client
) -> None:
    plant(team, 1)

    for client in (browser, reader_browser):
        assert client.get("/team/audit/").status_code == 403
        assert client.post("/team/audit/export/").status_code == 403
    assert titles(stranger_browser.get("/team/audit/").content.decode()) == []
    assert stranger_browser.get("/team/audit/", {"team": str(team.id)}).status_code == 200


def test_a_deleted_document_has_no_link(team: Team, managers: Client) -> None:
    document = make_document(team)
    plant(team, 1, kind="deleted", what="document.purged", document_id=document.id)

    page = managers.get("/team/audit/").content.decode()

    assert "deleted for good" in page
    assert f"/documents/{document.id}/" not in page


def test_it_costs_as_many_queries_for_many_as_for_few(
    team: Team, managers: Client, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 60):
        plant(team, number)
        with django_assert_max_num_queries(14):
            managers.get("/team/audit/")


def test_a_manager_of_several_teams_sees_one_at_a_time(
    team: Team, managers: Client, boss: User, root_browser: Client
) -> None:
    other = make_team("Others")
    Membership.objects.create(team=other, user=boss, role=Role.MANAGER, is_default=True)
    plant(team, 1)
    plant(other, 2)

    def number(client: Client, **query: str) -> int:
        return len(titles(client.get("/team/audit/", query).content.decode()))

    assert (number(managers), number(managers, team=str(team.id))) == (2, 1)
    assert number(root_browser) == 3
