"""Managers look after their own team: invitations, roles, members, the name; and nothing else."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest

from documents import access
from documents.actions import invitation_key
from documents.actions.accept_invitation import accept_invitation
from documents.actions.change_role import change_role
from documents.actions.invitation_key import find_invited, make_invitation_key
from documents.actions.invite_member import invite_member
from documents.actions.remove_member import remove_member
from documents.actions.rename_team import rename_team
from documents.actions.renew_invitation import renew_invitation
from documents.errors import (
    InvalidRequest,
    InvitationAccepted,
    LastManager,
    NotFound,
)
from documents.models import Membership, Role, Team, User
from tests.factories import PASSWORD, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


def membership_of(user: User, team: Team) -> Membership:
    return Membership.objects.get(user=user, team=team)


def test_an_invited_person_has_an_account_in_this_team_alone_and_no_more_rights(
    team: Team, manager: User
) -> None:
    make_team("Others")
    made = invite_member(team.id, " clerk ", Role.READER, actor=manager)

    clerk = User.objects.get(username="clerk")
    assert (made.user, made.role) == (clerk, Role.READER)
    assert list(access.teams_of(clerk)) == [team]
    assert (clerk.is_staff, clerk.is_superuser) == (False, False)
    assert not clerk.has_usable_password()


def test_an_invitation_is_accepted_once(team: Team, manager: User) -> None:
    key = make_invitation_key(invite_member(team.id, "clerk", Role.READER, actor=manager).user)

    accept_invitation(key, PASSWORD)

    assert User.objects.get(username="clerk").check_password(PASSWORD)
    with pytest.raises(NotFound, match="used or has expired"):
        accept_invitation(key, "another long secret")
    assert User.objects.get(username="clerk").check_password(PASSWORD)


def test_a_weak_password_is_refused_and_the_invitation_stays(team: Team, manager: User) -> None:
    key = make_invitation_key(invite_member(team.id, "clerk", Role.READER, actor=manager).user)

    with pytest.raises(InvalidRequest) as refused:
        accept_invitation(key, "123")

    assert "password" in refused.value.fields
    assert find_invited(key) is not None


def test_an_invitation_ends_after_three_days(
    team: Team, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_invitation_key(invite_member(team.id, "clerk", Role.READER, actor=manager).user)
    later = datetime.datetime.now() + datetime.timedelta(days=3, minutes=1)
    monkeypatch.setattr(invitation_key._keys, "_now", lambda: later)

    assert find_invited(key) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda key, other: key + "a",
        lambda key, other: f"{other.pk}.{key.partition('.')[2]}",
        lambda key, other: "",
        lambda key, other: "." + key,
        lambda key, other: "٣.x",
        lambda key, other: "9" * 30 + ".x",
        lambda key, other: f"{other.pk}.\x00",
    ],
)
def test_a_forged_key_invites_nobody(change: Any, team: Team, manager: User) -> None:
    key = make_invitation_key(invite_member(team.id, "clerk", Role.READER, actor=manager).user)
    other = invite_member(team.id, "other", Role.READER, actor=manager).user

    assert find_invited(change(key, other)) is None


def test_a_deactivated_user_is_not_invited_any_more(team: Team, manager: User) -> None:
    user = invite_member(team.id, "clerk", Role.READER, actor=manager).user
    key = make_invitation_key(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert find_invited(key) is None


def test_a_new_invitation_ends_the_one_before(team: Team, manager: User) -> None:
    membership = invite_member(team.id, "clerk", Role.READER, actor=manager)
    first = make_invitation_key(membership.user)

    second = make_invitation_key(renew_invitation(membership.pk, actor=manager).user)

    assert find_invited(first) is None
    assert find_invited(second) == membership.user


def test_nobody_is_invited_to_an_account_that_somebody_uses(team: Team, manager: User) -> None:
    clerk = make_user("clerk", team=team)

    with pytest.raises(InvitationAccepted, match="clerk"):
        renew_invitation(membership_of(clerk, team).pk, actor=manager)

    assert find_invited(make_invitation_key(clerk)) is None
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)


def test_a_superusers_account_is_never_offered_by_an_invitation(team: Team, manager: User) -> None:
    root = make_user("root", team=team, is_superuser=True)
    root.set_unusable_password()
    root.save()

    with pytest.raises(InvitationAccepted):
        renew_invitation(membership_of(root, team).pk, actor=manager)


@pytest.mark.parametrize(
    "name", ["", "  ", "a b", "<b>", "a\x00", "a\ud800", "a" * 151, "boss", "BOSS"]
)
def test_a_name_that_is_not_valid_or_taken_is_refused(name: str, team: Team, manager: User) -> None:
    with pytest.raises(InvalidRequest) as refused:
        invite_member(team.id, name, Role.READER, actor=manager)

    assert list(refused.value.fields) == ["username"]
    assert User.objects.count() == 1


def test_an_unknown_role_is_refused(team: Team, manager: User) -> None:
    with pytest.raises(InvalidRequest):
        invite_member(team.id, "clerk", "superuser", actor=manager)
    with pytest.raises(InvalidRequest):
        change_role(membership_of(manager, team).pk, "", actor=manager)

    assert User.objects.count() == 1


def test_a_role_is_changed_and_counts_at_once(team: Team, manager: User) -> None:
    clerk = make_user(team=team, role=Role.READER)

    change_role(membership_of(clerk, team).pk, Role.REVIEWER, actor=manager)

    assert access.may(clerk, access.Ability.CORRECT, team)


def test_a_removed_member_sees_nothing_of_the_team(team: Team, manager: User) -> None:
    clerk = make_user(team=team)

    remove_member(membership_of(clerk, team).pk, actor=manager)

    assert not access.teams_of(clerk).exists()
    assert User.objects.filter(pk=clerk.pk).exists()


@pytest.mark.parametrize("others", ["none", "deactivated", "invited"])
def test_the_last_manager_neither_leaves_nor_steps_down(
    others: str, team: Team, manager: User
) -> None:
    own = membership_of(manager, team)
    make_user(team=team, role=Role.REVIEWER)
    make_user(team=make_team(), role=Role.MANAGER)
    if others == "deactivated":
        make_user(team=team, role=Role.MANAGER, is_active=False)
    if others == "invited":
        invite_member(team.id, "clerk", Role.MANAGER, actor=manager)

    with pytest.raises(LastManager, match="boss"):
        remove_member(own.pk, actor=manager)
    with pytest.raises(LastManager):
        change_role(own.pk, Role.REVIEWER, actor=manager)

    assert membership_of(manager, team).role == Role.MANAGER


def test_one_of_two_managers_may_leave(team: Team, manager: User) -> None:
    make_user(team=team, role=Role.MANAGER)

    remove_member(membership_of(manager, team).pk, actor=manager)

    assert not team.memberships.filter(user=manager).exists()


def test_a_manager_does_not_see_another_team(team: Team, manager: User) -> None:
    other = make_team("Others")
    theirs = membership_of(make_user(team=other), other)

    for attempt in (
        lambda: invite_member(other.id, "clerk", Role.READER, actor=manager),
        lambda: invite_member(uuid.uuid4(), "clerk", Role.READER, actor=manager),
        lambda: change_role(theirs.pk, Role.READER, actor=manager),
        lambda: remove_member(theirs.pk, actor=manager),
        lambda: renew_invitation(theirs.pk, actor=manager),
        lambda: rename_team(other.id, "Mine", actor=manager),
    ):
        with pytest.raises(NotFound):
            attempt()

    theirs.refresh_from_db()
    assert theirs.role == Role.REVIEWER


def test_a_team_gets_another_name(team: Team, manager: User) -> None:
    rename_team(team.id, " Архив ", actor=manager)

    team.refresh_from_db()
    assert team.name == "Архив"


@pytest.mark.parametrize("name", ["", " ", "Others", "a" * 201, "a\x00"])
def test_a_teams_name_is_one_and_its_own(name: str, team: Team, manager: User) -> None:
    make_team("Others")

    with pytest.raises(InvalidRequest) as refused:
        rename_team(team.id, name, actor=manager)

    assert list(refused.value.fields) == ["name"]
