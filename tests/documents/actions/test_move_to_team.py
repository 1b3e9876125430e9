"""A document moves from one team to another."""

from __future__ import annotations

from typing import Any

import pytest

from documents.access import visible_to
from documents.actions.hold import hold
from documents.actions.move_to_team import move_to_team
from documents.actions.trash import trash
from documents.errors import AlreadyInTeam, InTrash, NotFound, RoleTooLow
from documents.models import Event, Membership, ReviewStatus, Role, SearchChange, Team, User
from documents.models.event import EventKind
from documents.models.identity import identity
from documents.replication.manifest import build_manifest
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def member_of(*teams: Team, roles: tuple[str, ...] = (Role.REVIEWER, Role.REVIEWER)) -> User:
    user = make_user()
    for team, role in zip(teams, roles, strict=True):
        Membership.objects.create(team=team, user=user, role=role)
    return user


def test_the_new_team_alone_sees_it() -> None:
    old, new = make_team(), make_team()
    document = make_document(old, pages=["text"])
    before, after = make_user(team=old), make_user(team=new)

    move_to_team(document.id, new.id, actor=member_of(old, new))

    assert not visible_to(before).exists()
    assert visible_to(after).get() == document


def test_tags_text_and_review_go_along_and_search_and_copies_follow() -> None:
    old, new = make_team(), make_team()
    document = make_document(
        old, pages=["text"], tags=["a", "b"], review_status=ReviewStatus.APPROVED
    )
    kept = new.tags.create(name="A")
    told = SearchChange.objects.count()
    user = member_of(old, new)

    moved = move_to_team(document.id, new.id, actor=user)

    assert sorted(moved.tags.values_list("name", "team")) == [("A", new.id), ("b", new.id)]
    assert kept in moved.tags.all()
    assert moved.pages.count() == 1 and moved.review_status == ReviewStatus.APPROVED
    assert (moved.version, SearchChange.objects.count()) == (2, told + 1)
    assert build_manifest(moved, identity().archive)["team"]["id"] == str(new.id)
    event = Event.objects.get(kind=EventKind.MOVED)
    assert event.actor == user
    assert (event.data["from_team"], event.data["to_team"]) == (str(old.id), str(new.id))


@pytest.mark.parametrize(
    ("roles", "error"),
    [
        ((Role.READER, Role.REVIEWER), RoleTooLow),
        ((Role.REVIEWER, Role.READER), RoleTooLow),
        ((Role.MANAGER, None), NotFound),
        ((None, Role.MANAGER), NotFound),
    ],
)
def test_it_takes_rights_on_both_sides(roles: tuple[Any, Any], error: type[Exception]) -> None:
    teams = make_team(), make_team()
    document = make_document(teams[0], pages=["text"])
    given = [(team, role) for team, role in zip(teams, roles, strict=True) if role]
    user = member_of(*(team for team, _ in given), roles=tuple(role for _, role in given))

    with pytest.raises(error):
        move_to_team(document.id, teams[1].id, actor=user)

    document.refresh_from_db()
    assert (document.team, document.version) == (teams[0], 1)


@pytest.mark.parametrize("in_trash", [False, True])
def test_the_same_file_in_the_other_team_is_told(in_trash: bool) -> None:
    old, new = make_team(), make_team()
    document = make_document(old, pages=["text"])
    same = make_document(new, pages=["text"], sha256=document.sha256, title="The first")
    user = member_of(old, new)
    if in_trash:
        trash(same.id, actor=user)

    with pytest.raises(AlreadyInTeam, match="The first") as refused:
        move_to_team(document.id, new.id, actor=user)

    assert refused.value.document == same.id
    assert ("trash" in str(refused.value)) is in_trash
    document.refresh_from_db()
    assert document.team == old


def test_within_its_team_nothing_changes() -> None:
    document = make_document(pages=["text"])
    user = make_user(team=document.team)

    assert move_to_team(document.id, document.team_id, actor=user).version == 1


def test_what_lies_in_the_trash_stays() -> None:
    old, new = make_team(), make_team()
    document = make_document(old, pages=["text"])
    user = member_of(old, new)
    trash(document.id, actor=user)

    with pytest.raises(InTrash):
        move_to_team(document.id, new.id, actor=user)


def test_what_is_held_is_moved_by_those_alone_who_may_lift_the_hold() -> None:
    old, new = make_team(), make_team()
    document = make_document(old, pages=["text"])
    hold(document.id, actor=None)

    with pytest.raises(RoleTooLow):
        move_to_team(document.id, new.id, actor=member_of(old, new))
    move_to_team(
        document.id, new.id, actor=member_of(old, new, roles=(Role.MANAGER, Role.REVIEWER))
    )

    document.refresh_from_db()
    assert document.is_held
