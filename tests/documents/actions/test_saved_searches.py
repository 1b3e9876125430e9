"""Searches that are kept, and the pages that they find from then on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.access import saved_searches_visible_to
from documents.actions.correct import correct
from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.edit import edit
from documents.actions.record_search_matches import record_search_matches
from documents.actions.save_search import MAX_SAVED_SEARCHES, save_search
from documents.errors import InvalidRequest, NotAllowed, NotFound
from documents.events import commit_change
from documents.models import Document, Event, Membership, Role, SavedSearch, Team, User
from documents.models.event import EventKind
from documents.search.index.follower import Follower
from tests.factories import make_document, make_page, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def follow(search_directory: Path) -> Callable[[], None]:
    """The process that follows the changes, as `serve` starts it."""
    follower = Follower(search_directory, record_search_matches)

    def catch_up() -> None:
        while follower.step() or follower.is_behind:
            pass

    catch_up()
    return catch_up


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


def keep(user: User, text: str = "договор", **fields: object) -> SavedSearch:
    return save_search(actor=user, **{"name": "Договоры", "text": text, "filters": {}, **fields})  # type: ignore[arg-type]


def told(search: SavedSearch | None = None) -> list[tuple[str, int | None]]:
    events = Event.objects.filter(kind=EventKind.MATCHED).order_by("id")
    return [
        (event.document.title, event.data["page"])
        for event in events
        if search is None or event.data["search"] == str(search.id)
    ]


def test_a_new_page_that_answers_is_told_of_once(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    make_document(team, title="Раньше", pages=["Договор"])
    follow()
    keep(user)

    document = make_document(team, title="Новый", pages=["Акт", "Договоры"])
    follow()
    edit(document.id, actor=None, title="Новое имя")
    edit(Document.objects.get(title="Раньше").id, actor=None, title="Иначе")
    follow()
    record_search_matches([document.id])

    assert told() == [("Новое имя", 2)]


def test_a_page_that_came_just_before_the_index_was_lost_is_told_of_once(
    team: Team, user: User, search_directory: Path
) -> None:
    killed = Follower(search_directory, record_search_matches)
    while killed.step() or killed.is_behind:
        pass
    search = keep(user)
    make_document(team, title="Новый", pages=["Договоры"])

    for _ in range(2):
        shutil.rmtree(search_directory)
        another = Follower(search_directory, record_search_matches)
        while another.step() or another.is_behind:
            pass

    assert told(search) == [("Новый", 1)]


def test_a_page_that_was_corrected_so_that_it_answers_is_told_of(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    document = make_document(team, title="Раньше", pages=["Доктор"])
    follow()
    keep(user, '"договор займа"')

    correct(document.id, 1, {"b0": "Договор займа"}, revision=0, actor=None)
    follow()

    assert told() == [("Раньше", 1)]


def test_a_search_finds_what_its_owner_may_see_only(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    other = make_team()
    own, of_team = keep(user), keep(user, team_id=team.id)
    root = keep(make_user(is_superuser=True))
    stranger = keep(make_user(team=other))
    Membership.objects.create(team=other, user=user, role=Role.READER)

    make_document(other, title="Чужой", pages=["Договор"])
    follow()

    assert told(own) == told(root) == told(stranger) == [("Чужой", 1)]
    assert told(of_team) == []


def test_a_team_s_search_goes_on_when_the_one_who_kept_it_has_left(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    search = keep(user, team_id=team.id)
    user.memberships.all().delete()

    make_document(team, title="Новый", pages=["Договор"])
    follow()

    assert told(search) == [("Новый", 1)]


def test_of_many_pages_that_answer_each_is_told_of(
    team: Team, user: User, follow: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.actions.record_search_matches.PAGE_BATCH", 2)
    keep(user)
    document = make_document(team, title="Том", pages=["Договор"] * 5)
    follow()
    make_page(document, 6, "Договор, и ещё слова, а потому в ответе последний")
    commit_change(document)
    follow()

    assert sorted(told()) == [("Том", number) for number in range(1, 7)]


def test_pages_that_were_told_of_are_not_written_again(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    keep(user)
    document = make_document(team, pages=["Договор"] * 3)
    follow()
    with CaptureQueriesContext(connection) as queries:
        record_search_matches([document.id])
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]


def test_filters_count(team: Team, user: User, follow: Callable[[], None]) -> None:
    keep(user, filters={"tag": ["срочно"], "created_after": ["2020-01-01T00:00:00+00:00"]})
    make_document(team, title="Без метки", pages=["Договор"])
    make_document(team, title="С меткой", pages=["Договор"], tags=["Срочно"])
    follow()
    assert told() == [("С меткой", 1)]


def test_a_search_that_can_not_be_asked_keeps_no_other_from_being_told(
    team: Team, user: User, follow: Callable[[], None]
) -> None:
    keep(user, name="1", filters={"created_after": ["gestern"]})
    search = keep(user, name="2")
    make_document(team, title="Новый", pages=["Договор"])
    follow()
    assert told(search) == [("Новый", 1)]


def test_who_sees_and_who_deletes(team: Team, user: User) -> None:
    own, of_team = keep(user), keep(user, team_id=team.id)
    colleague = make_user(team=team)
    reader = make_user(team=team, role=Role.READER)
    assert set(saved_searches_visible_to(user)) == {own, of_team}
    assert (
        list(saved_searches_visible_to(colleague))
        == list(saved_searches_visible_to(reader))
        == [of_team]
    )
    with pytest.raises(NotFound):
        delete_saved_search(own.id, actor=colleague)
    with pytest.raises(NotAllowed):
        delete_saved_search(of_team.id, actor=reader)

    delete_saved_search(of_team.id, actor=colleague)
    delete_saved_search(own.id, actor=user)

    assert not SavedSearch.objects.exists()


def test_what_can_not_be_kept_is_refused(team: Team, user: User) -> None:
    for fields in ({"name": " "}, {"name": "x" * 300}, {"text": " "}):
        with pytest.raises(InvalidRequest):
            keep(user, **fields)
    with pytest.raises(NotFound):
        keep(user, team_id=make_team().id)
    with pytest.raises(NotAllowed):
        keep(make_user(team=team, role=Role.READER), team_id=team.id)
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=user, name=str(n), text="x") for n in range(MAX_SAVED_SEARCHES)
    )
    with pytest.raises(InvalidRequest):
        keep(user)
