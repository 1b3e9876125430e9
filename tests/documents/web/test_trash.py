"""The trash: out of it, emptied after a pause, kept by a legal hold."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.actions.hold import hold
from documents.actions.purge_due import purge_due
from documents.actions.set_trash_rule import set_trash_rule
from documents.actions.trash import trash
from documents.models import Document, Membership, Role, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def boss(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


@pytest.fixture
def managers(boss: User) -> Client:
    return browser_of(boss)


def thrown_away(team: Team, title: str = "Old letter") -> Document:
    return trash(make_document(team, pages=["text"], title=title).id, actor=None)


def shown(client: Client, **query: str) -> str:
    answer = client.get("/trash/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_lies_there_comes_out_again(team: Team, browser: Client) -> None:
    document = thrown_away(team)
    thrown_away(make_team(), "Foreign")

    page = shown(browser)
    assert "Old letter" in page and "Foreign" not in page
    assert "Empty…" not in page, "that is for managers"
    answer = browser.post(f"/documents/{document.id}/untrash/", {"next": "/trash/"}, follow=True)

    assert "The document is out of the trash." in answer.content.decode()
    assert "The trash is empty" in shown(browser)


def test_it_is_emptied_after_a_pause_in_which_it_can_be_kept(team: Team, managers: Client) -> None:
    thrown_away(team)
    assert "Delete 1 document" in shown(managers)

    empty = f"/trash/{team.id}/empty/"
    page = managers.post(empty, {"count": "1"}, follow=True).content.decode()
    assert "1 document is about to be deleted for good" in page
    assert purge_due() == 0
    page = managers.post(f"/trash/{team.id}/keep/", follow=True).content.decode()
    assert "1 document stays." in page and "about to be" not in page

    managers.post(empty, {"count": "1"})
    Document.objects.update(purge_at=timezone.now())
    assert purge_due() == 1
    assert "The trash is empty" in shown(managers)


def test_what_came_meanwhile_is_not_deleted_unseen(team: Team, managers: Client) -> None:
    thrown_away(team)
    thrown_away(team)

    page = managers.post(f"/trash/{team.id}/empty/", {"count": "1"}, follow=True)

    assert "Meanwhile 2 documents" in page.content.decode()
    assert not Document.objects.exclude(purge_at=None).exists()


def test_one_document_alone_is_deleted(team: Team, managers: Client) -> None:
    one, other = thrown_away(team), thrown_away(team)

    managers.post(f"/trash/{team.id}/empty/", {"document": str(one.id)})

    ordered = Document.objects.exclude(purge_at=None)
    assert list(ordered) == [one]
    managers.post(f"/trash/{team.id}/keep/", {"document": str(other.id)})
    assert list(ordered.all()) == [one]
    managers.post(f"/trash/{team.id}/keep/", {"document": str(one.id)})
    assert not ordered.all()


def test_a_hold_is_set_shown_and_lifted(team: Team, managers: Client, boss: User) -> None:
    document = thrown_away(team)

    managers.post(f"/documents/{document.id}/hold/", {"reason": "Lawsuit", "next": "/trash/"})
    page = shown(managers)
    assert "on legal hold" in page and "Lawsuit" in page and "boss" in page
    assert "Empty…" not in page, "nothing may be deleted"
    answer = managers.post(f"/trash/{team.id}/empty/", {"document": str(document.id)}, follow=True)
    assert "A manager of its team can lift the hold" in answer.content.decode()
    managers.post(f"/documents/{document.id}/lift-hold/", {"next": "/trash/"})

    assert not Document.objects.get().is_held


def test_a_reviewer_neither_holds_nor_deletes(team: Team, browser: Client) -> None:
    document = thrown_away(team)

    for path in (f"/documents/{document.id}/hold/", f"/trash/{team.id}/empty/"):
        page = browser.post(path, {"next": "/trash/"}, follow=True).content.decode()
        assert "Your role in the team" in page
    document.refresh_from_db()
    assert not document.is_held and document.purge_at is None


def test_it_says_when_each_goes_by_the_rule(team: Team, boss: User, managers: Client) -> None:
    document = thrown_away(team)
    kept = thrown_away(team, "Kept")
    hold(kept.id, actor=boss)
    set_trash_rule(team.id, 30, actor=boss)

    page = shown(managers)

    assert "What lies here for 30 days is deleted for good by itself." in page
    assert page.count("goes on") == 1, "not what is on hold"
    day = (document.trashed_at or timezone.now()) + datetime.timedelta(days=30)
    assert f"goes on {day.day} {day:%b %Y}" in page


def test_a_person_of_several_teams_chooses_one(team: Team, boss: User, managers: Client) -> None:
    other = make_team("Others")
    Membership.objects.create(team=other, user=boss, role=Role.MANAGER)
    thrown_away(other, "Theirs")

    assert "Theirs" not in shown(managers, team=str(team.id))
    assert "Theirs" in shown(managers, team=str(other.id))
    assert managers.get("/trash/", {"team": str(make_team().id)}).status_code == 404


def test_it_costs_as_many_queries_for_many_as_for_few(
    team: Team, managers: Client, boss: User, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 20):
        for _ in range(number):
            hold(thrown_away(team).id, actor=boss)
        with django_assert_max_num_queries(16):
            shown(managers)


def test_a_document_is_held_from_its_own_page(
    team: Team, managers: Client, browser: Client
) -> None:
    document = make_document(team, pages=["text"])
    address = f"/documents/{document.id}/"
    assert "Put on legal hold" in managers.get(address).content.decode()
    assert "Legal hold" not in browser.get(address).content.decode(), "that is for managers"

    managers.post(f"{address}hold/", {"reason": "Lawsuit", "next": address})

    for client in (managers, browser):
        page = client.get(address).content.decode()
        assert "on legal hold" in page and "Lawsuit" in page
    assert "Lift the hold" not in browser.get(address).content.decode()
