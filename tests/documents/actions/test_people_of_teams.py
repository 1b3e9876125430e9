"""A person in several teams; an invitation withdrawn; the first administrator's password."""

from __future__ import annotations

import pytest
from django.test import Client

from documents import access
from documents.actions.add_member import add_member
from documents.actions.bootstrap import ensure_first_team_and_admin
from documents.actions.invitation_key import find_invited, make_invitation_key
from documents.actions.invite_member import invite_member
from documents.actions.replace_generated_password import replace_generated_password
from documents.actions.withdraw_invitation import withdraw_invitation
from documents.errors import InvalidRequest, InvitationAccepted, NotFound
from documents.models import Membership, Role, Team, User
from tests.factories import PASSWORD, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


def test_a_manager_adds_a_person_whom_they_work_with_elsewhere(team: Team, manager: User) -> None:
    other = make_team()
    Membership.objects.create(team=other, user=manager, role=Role.READER)
    clerk = make_user("clerk", team=other, is_default=True)

    add_member(team.id, " clerk ", Role.REVIEWER, actor=manager)

    assert set(access.teams_of(clerk)) == {team, other}
    assert clerk.memberships.get(is_default=True).team == other


@pytest.mark.parametrize("name", ["stranger", "nobody", "gone", "boss", ""])
def test_a_manager_neither_finds_nor_adds_strangers(name: str, team: Team, manager: User) -> None:
    make_user("stranger", team=make_team())
    make_user("gone", team=team, is_active=False)

    with pytest.raises(InvalidRequest) as refused:
        add_member(team.id, name, Role.READER, actor=manager)

    assert list(refused.value.fields) == ["username"]
    assert team.memberships.count() == 2


def test_an_administrator_adds_anybody(team: Team) -> None:
    stranger = make_user("stranger", team=make_team())

    add_member(team.id, "stranger", Role.MANAGER, actor=make_user(is_superuser=True))

    assert access.may(stranger, access.Ability.MANAGE, team)


def test_a_withdrawn_invitation_ends_and_its_name_is_free(team: Team, manager: User) -> None:
    made = invite_member(team.id, "clerk", Role.READER, actor=manager)
    key = make_invitation_key(made.user)

    withdraw_invitation(made.pk, actor=manager)

    assert find_invited(key) is None
    invite_member(team.id, "clerk", Role.READER, actor=manager)


def test_an_account_in_use_is_not_withdrawn(team: Team, manager: User) -> None:
    clerk = make_user("clerk", team=team)

    with pytest.raises(InvitationAccepted):
        withdraw_invitation(clerk.memberships.get().pk, actor=manager)

    assert User.objects.filter(pk=clerk.pk).exists()


def test_one_who_is_invited_elsewhere_too_only_leaves_this_team(team: Team, manager: User) -> None:
    made = invite_member(team.id, "clerk", Role.READER, actor=manager)
    other = make_team()
    Membership.objects.create(team=other, user=made.user, role=Role.READER)

    withdraw_invitation(made.pk, actor=manager)

    assert list(access.teams_of(made.user)) == [other]


def test_a_generated_password_is_marked_until_a_person_chooses_one() -> None:
    generated = ensure_first_team_and_admin(None)
    admin = User.objects.get(username="admin")
    assert generated and admin.has_generated_password

    replace_generated_password(PASSWORD, actor=admin)

    chosen = User.objects.get()
    assert chosen.check_password(PASSWORD) and not chosen.has_generated_password
    with pytest.raises(NotFound):
        replace_generated_password("another long secret", actor=admin)
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_does_not_replace_the_generated_one() -> None:
    ensure_first_team_and_admin(None)
    admin = User.objects.get()

    with pytest.raises(InvalidRequest):
        replace_generated_password("admin", actor=admin)

    assert User.objects.get().has_generated_password


def test_a_new_password_ends_the_sessions_that_began_with_the_generated_one() -> None:
    ensure_first_team_and_admin(None)
    client = Client()
    client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200

    replace_generated_password(PASSWORD, actor=User.objects.get())

    assert client.get("/admin/").status_code == 302


def test_a_password_that_was_given_is_not_a_generated_one() -> None:
    ensure_first_team_and_admin("chosen by the operator")

    assert not User.objects.get().has_generated_password
