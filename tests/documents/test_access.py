"""Who may see and do what."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from documents.access import Ability, may, require, team_for_upload, teams_of, visible_to
from documents.errors import InvalidRequest, NotAllowed, NotFound
from documents.models import Membership, Role
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_a_member_sees_the_teams_documents_and_no_others() -> None:
    ours, theirs = make_document(), make_document()
    user = make_user(team=ours.team)

    assert list(visible_to(user)) == [ours]
    assert list(teams_of(user)) == [ours.team]
    assert theirs not in visible_to(user)


def test_what_lies_in_the_trash_is_visible() -> None:
    document = make_document(trashed_at=timezone.now())

    assert list(visible_to(make_user(team=document.team))) == [document]


def test_a_superuser_sees_and_may_do_everything() -> None:
    document = make_document()
    root = make_user(is_superuser=True)

    assert list(visible_to(root)) == [document]
    assert all(may(root, ability, document.team) for ability in Ability)


@pytest.mark.parametrize("superuser", [False, True])
def test_who_was_made_inactive_sees_nothing(superuser: bool) -> None:
    document = make_document()
    user = make_user(team=document.team, is_active=False, is_superuser=superuser)

    assert not visible_to(user).exists()
    assert not may(user, Ability.SEE, document.team)


def test_nobody_sees_nothing() -> None:
    document = make_document()

    assert not visible_to(AnonymousUser()).exists()
    assert not may(AnonymousUser(), Ability.SEE, document.team)
    with pytest.raises(NotFound):
        require(AnonymousUser(), Ability.SEE, document.id)


@pytest.mark.parametrize("ability", Ability)
def test_a_reader_may_only_see(ability: Ability) -> None:
    document = make_document()
    user = make_user(team=document.team, role=Role.READER)

    if ability is Ability.SEE:
        assert require(user, ability, document.id) == document
    else:
        with pytest.raises(NotAllowed):
            require(user, ability, document.id)


FOR_MANAGERS = {Ability.MANAGE, Ability.HOLD, Ability.PURGE}


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
@pytest.mark.parametrize("ability", sorted(FOR_MANAGERS, key=str), ids=lambda a: a.value)
def test_only_managers_manage_a_team_hold_and_delete_for_good(role: Role, ability: Ability) -> None:
    document = make_document()

    with pytest.raises(NotAllowed):
        require(make_user(team=document.team, role=role), ability, document.id)
    assert require(make_user(team=document.team, role=Role.MANAGER), ability, document.id)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
@pytest.mark.parametrize(
    "ability", sorted(set(Ability) - FOR_MANAGERS, key=str), ids=lambda a: a.value
)
def test_reviewers_and_managers_may_do_everything_to_documents(
    role: Role, ability: Ability
) -> None:
    document = make_document()

    assert require(make_user(team=document.team, role=role), ability, document.id) == document


def test_a_role_counts_in_its_own_team_only() -> None:
    document = make_document()
    user = make_user(team=make_team(), role=Role.MANAGER)
    Membership.objects.create(user=user, team=document.team, role=Role.READER)

    with pytest.raises(NotAllowed):
        require(user, Ability.EDIT, document.id)


def test_what_is_not_there_and_what_is_not_ones_own_are_told_the_same() -> None:
    user, theirs, never = make_user(team=make_team()), make_document().id, uuid.uuid4()

    details = set()
    for document_id in (theirs, never):
        with pytest.raises(NotFound) as caught:
            require(user, Ability.SEE, document_id)
        details.add(caught.value.detail.replace(str(document_id), ""))

    assert len(details) == 1


def test_an_upload_goes_to_the_only_team() -> None:
    team = make_team()

    assert team_for_upload(make_user(team=team)) == team


def test_an_upload_goes_to_the_default_team_of_several() -> None:
    user, default = make_user(team=make_team()), make_team()
    Membership.objects.create(user=user, team=default, is_default=True)

    assert team_for_upload(user) == default


def test_an_upload_goes_to_the_team_that_is_named() -> None:
    user, named = make_user(team=make_team(), is_default=True), make_team()
    Membership.objects.create(user=user, team=named)

    assert team_for_upload(user, named.id) == named


def test_a_team_has_to_be_named_where_it_is_not_clear() -> None:
    user = make_user(team=make_team())
    Membership.objects.create(user=user, team=make_team())

    with pytest.raises(InvalidRequest) as caught:
        team_for_upload(user)

    assert "team" in caught.value.fields


def test_who_is_in_no_team_is_told_so() -> None:
    with pytest.raises(InvalidRequest, match="in no team"):
        team_for_upload(make_user())


def test_nobody_uploads() -> None:
    with pytest.raises(NotAllowed):
        team_for_upload(AnonymousUser())


def test_a_reader_uploads_nowhere() -> None:
    with pytest.raises(NotAllowed):
        team_for_upload(make_user(team=make_team(), role=Role.READER))


def test_a_team_of_others_is_not_there_for_uploads() -> None:
    with pytest.raises(NotFound):
        team_for_upload(make_user(team=make_team()), make_team().id)


def test_what_every_member_may_is_one_question(django_assert_num_queries: Any) -> None:
    document = make_document()
    reader = make_user(team=document.team, role=Role.READER)

    with django_assert_num_queries(1):
        require(reader, Ability.SEE, document.id)
    with pytest.raises(NotAllowed):
        require(reader, Ability.EDIT, document.id)
