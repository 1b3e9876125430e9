"""Whom a search shows what, and what changed since the index was told."""

from __future__ import annotations

import pytest

from documents.actions.correct import correct
from documents.actions.trash import trash
from documents.models import Document, Membership, Team, User
from documents.search.query.results import FoundPage
from tests.documents.search.query.asking import Follow, numbers, search
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_other_teams_words_show_nowhere(contract: Document, follow: Follow) -> None:
    stranger = make_user(team=make_team("Other"))
    for how in ({}, {"by_document": True}, {"filters": {"team": [contract.team_id]}}):
        found = search(stranger, "договор", facets=["tag", "team"], **how)
        assert (found.results, found.count) == ([], 0)
        assert found.facets == {"tag": [], "team": []}
    assert search(stranger, "договор team:main").count == 0
    assert search(make_user(), "договор").count == 0


def test_a_superuser_sees_all_and_may_choose(contract: Document) -> None:
    admin = make_user(is_superuser=True)
    assert search(admin, "договор").count == 2
    assert search(admin, "договор team:Main").count == 2
    assert search(admin, "договор", filters={"team": [contract.team_id]}).count == 2


def test_who_left_the_team_finds_nothing_at_once(contract: Document, user: User) -> None:
    Membership.objects.filter(user=user).delete()
    assert search(user, "договор").count == 0


def test_what_the_index_does_not_know_yet_is_not_shown(
    contract: Document, user: User, team: Team
) -> None:
    """Trashed, moved to another team, or corrected a moment ago: the database decides."""
    correct(contract.id, 1, {"b0": "Совсем иной текст"}, revision=0, actor=None)
    assert numbers(user, "договор") == [3]

    Document.objects.filter(id=contract.id).update(team=make_team("Other"))
    found = search(user, "договор")
    assert (found.results, found.count) == ([], 0)

    Document.objects.filter(id=contract.id).update(team=team)
    trash(contract.id, actor=None)
    assert search(user, "договор", by_document=True).results == []


def test_a_page_corrected_a_moment_ago_is_shown_as_it_is_now(
    contract: Document, user: User
) -> None:
    correct(contract.id, 1, {"b0": "Договор займа"}, revision=0, actor=None)
    snippets = {p.number: p.snippet for p in search(user, "договор").results}  # type: ignore[union-attr]
    assert snippets[1] == "<mark>Договор</mark> займа"


def test_a_page_corrected_meanwhile_still_answers_a_question_without_words(
    contract: Document, user: User
) -> None:
    correct(contract.id, 1, {"b0": "Совсем иной текст"}, revision=0, actor=None)

    (page,) = search(user, "tag:срочно").results

    assert isinstance(page, FoundPage)
    assert page.snippet == "Совсем иной текст"


def test_behind_the_last_document_there_are_no_more(
    contract: Document, team: Team, user: User, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_document(team, pages=["Договор"] * 8)
    follow()
    monkeypatch.setattr("documents.search.query.grouping.MAX_RANKED", 2)
    monkeypatch.setattr("documents.search.query.grouping.INITIAL_RANKED", 2)
    found = search(user, "договор", by_document=True, offset=1)
    assert (found.results, found.more) == ([], False)
