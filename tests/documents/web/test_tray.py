"""What the upload tray is told after a reload."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.models import Status, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


def uploads(browser: Client, *ids: Any) -> dict[str, dict[str, Any]]:
    answer = browser.get(f"/uploads/?ids={','.join(str(id_) for id_ in ids)}")
    return {each["name"]: each for each in answer.json()["uploads"]}


def test_what_is_read_or_has_failed_comes_without_being_asked_for(
    browser: Client, team: Team, reviewer: User
) -> None:
    mine: dict[str, Any] = {"created_by": reviewer}
    make_document(team, filename="r.pdf", status=Status.PROCESSING, pages=["a", None], **mine)
    make_document(team, filename="w.pdf", status=Status.QUEUED, **mine)
    make_document(
        team, filename="f.pdf", status=Status.FAILED, error_code="x", error_detail="No end.", **mine
    )
    make_document(team, filename="done.pdf", pages=["a"], **mine)
    make_document(team, filename="other.pdf", status=Status.QUEUED)
    old = timezone.now() - datetime.timedelta(days=2)
    make_document(team, filename="old.pdf", status=Status.FAILED, created_at=old, **mine)

    found = uploads(browser)

    assert {name: (each["state"], each["text"]) for name, each in found.items()} == {
        "r.pdf": ("reading", "1 / 2"),
        "w.pdf": ("reading", "waiting to be read"),
        "f.pdf": ("failed", "No end."),
    }


def test_what_is_asked_for_comes_until_it_is_gone(
    browser: Client, team: Team, reviewer: User
) -> None:
    ready = make_document(team, filename="ready.pdf", pages=["a"])
    doubtful = make_document(team, filename="doubtful.pdf", pages=["a"], flags=["disputed"])
    trashed = make_document(team, filename="t.pdf", pages=["a"], trashed_at=timezone.now())
    foreign = make_document(filename="x.pdf", pages=["a"])

    found = uploads(browser, ready.id, doubtful.id, trashed.id, foreign.id, "nonsense")

    assert {name: each["state"] for name, each in found.items()} == {
        "ready.pdf": "ready",
        "doubtful.pdf": "review",
    }
    assert found["doubtful.pdf"]["text"] == "two readers disagree"
    assert str(ready.id) in found["ready.pdf"]["url"]


def test_the_tray_costs_as_many_queries_for_many_as_for_few(
    browser: Client, team: Team, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 30):
        made = [
            make_document(team, pages=["a", None], status=Status.PROCESSING, created_by=reviewer)
            for _ in range(number)
        ]
        with django_assert_max_num_queries(6):
            uploads(browser, *(each.id for each in made))


def test_a_team_is_chosen_for_a_person_only_where_it_is_clear(team: Team) -> None:
    other = make_team("Others")
    one, undecided, decided = make_user(team=team), make_user(team=team), make_user(team=team)
    other.memberships.create(user=undecided)
    other.memberships.create(user=decided, is_default=True)

    pages = [browser_of(user).get("/").content.decode() for user in (one, undecided, decided)]

    assert f'<input type="hidden" data-team value="{team.id}">' in pages[0]
    assert " selected>" not in pages[1].partition("data-team>")[2].partition("</select>")[0]
    assert f'value="{other.id}" selected' in pages[2]
