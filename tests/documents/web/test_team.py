"""The team's page: everybody sees the members, managers look after them."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.actions.decide import approve
from documents.actions.invite_member import invite_member
from documents.actions.trash import trash
from documents.audit.activity import Activity, Day
from documents.models import AuditEntry, Document, Membership, Role, Team, User
from documents.web.bars import HEIGHT, draw_bars
from tests.documents.admin.conftest import browser_of
from tests.factories import PASSWORD, make_document, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


@pytest.fixture
def managers(boss: User) -> Client:
    """The manager's browser."""
    return browser_of(boss)


def page(client: Client, team: Team) -> str:
    answer = client.get(f"/team/{team.id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, team: Team, verb: str, **values: object) -> Any:
    return client.post(f"/team/{team.id}/{verb}/", values, follow=True)


def test_a_reviewer_sees_the_members_and_nothing_to_change(
    team: Team, boss: User, browser: Client
) -> None:
    shown = page(browser, team)

    assert "boss" in shown and "manager" in shown
    assert "Invite" not in shown and "The last 30 days" not in shown
    assert 'action="/team/' not in shown


def test_without_an_id_it_is_the_default_team(team: Team, managers: Client, boss: User) -> None:
    other = make_team("A first one")
    Membership.objects.create(team=other, user=boss, is_default=True)

    assert "A first one" in managers.get("/team/").content.decode()
    assert browser_of(make_user()).get("/team/").status_code == 200


def test_a_person_invited_by_link_logs_in_with_a_password_of_their_own(
    team: Team, managers: Client
) -> None:
    shown = post(managers, team, "invite", username="clerk", role="reviewer").content.decode()
    found = re.search(r'id="invitation-link" readonly value="([^"]+)"', shown)
    assert found is not None
    address = html.unescape(found[1])
    assert "invitation-link" not in page(managers, team), "the link is shown this once"
    assert "Invited, not here yet" in page(managers, team)

    invited = Client()
    invited.get(address, follow=True)
    invited.post("/invitation/", {"new_password1": PASSWORD, "new_password2": PASSWORD})
    answer = invited.post("/login/", {"username": "clerk", "password": PASSWORD})

    assert answer["Location"] == "/"
    assert "Invited, not here yet" not in page(managers, team)
    assert "clerk" in page(managers, team)


def test_an_invitation_is_renewed_and_withdrawn(team: Team, boss: User, managers: Client) -> None:
    made = invite_member(team.id, "clerk", Role.READER, actor=boss)

    assert "invitation-link" in post(managers, team, "renew", member=made.pk).content.decode()
    post(managers, team, "withdraw", member=made.pk)

    assert not User.objects.filter(username="clerk").exists()


def test_what_is_wrong_is_said_beside_the_form(team: Team, managers: Client) -> None:
    answer = post(managers, team, "invite", username="boss", role="reader")

    assert answer.status_code == 400
    assert 'id="invite-wrong" role="alert">There is a user “boss” already' in (
        answer.content.decode()
    )


def test_roles_members_and_the_name_are_changed(
    team: Team, managers: Client, reviewer: User
) -> None:
    member = reviewer.memberships.get()

    post(managers, team, "role", member=member.pk, role="reader")
    member.refresh_from_db()
    assert member.role == Role.READER
    post(managers, team, "rename", name="Archive")
    assert Team.objects.get(pk=team.pk).name == "Archive"
    post(managers, team, "remove", member=member.pk)
    assert not reviewer.memberships.exists()


def test_the_last_manager_is_told_why_they_can_not_leave(team: Team, managers: Client) -> None:
    own = team.memberships.get(user__username="boss")

    shown = post(managers, team, "remove", member=own.pk).content.decode()

    assert "the only manager" in shown
    assert team.memberships.filter(pk=own.pk).exists()


def test_who_leaves_is_led_to_what_is_left(team: Team, managers: Client, boss: User) -> None:
    make_user(team=team, role=Role.MANAGER)

    answer = post(managers, team, "remove", member=boss.memberships.get().pk)

    assert (answer.status_code, answer.redirect_chain) == (200, [("/team/", 302)])


def test_a_member_of_another_team_is_not_changed_through_ones_own(
    team: Team, managers: Client
) -> None:
    theirs = make_user(team=make_team()).memberships.get()

    post(managers, team, "role", member=theirs.pk, role="reader")
    post(managers, team, "remove", member="nonsense")

    theirs.refresh_from_db()
    assert theirs.role == Role.REVIEWER


def test_a_rule_says_how_many_documents_it_will_delete(team: Team, managers: Client) -> None:
    old = make_document(team)
    trash(old.id, actor=None)
    Document.objects.update(trashed_at=timezone.now() - timezone.timedelta(days=31))  # type: ignore[attr-defined]

    shown = post(managers, team, "trash-days", keeps="days", days="30").content.decode()

    assert "From tomorrow on, 1 document" in shown
    assert "The new rule deletes nothing before" in shown
    assert Team.objects.get(pk=team.pk).trash_days == 30
    post(managers, team, "trash-days", keeps="forever", days="30")
    assert Team.objects.get(pk=team.pk).trash_days is None
    assert post(managers, team, "trash-days", keeps="days", days="x").status_code == 400


def test_an_administrator_alone_sets_how_long_the_audit_is_kept(
    team: Team, managers: Client, root_browser: Client
) -> None:
    assert "audit_days" not in page(managers, team)
    post(root_browser, team, "audit-days", audit_days="90")

    assert Team.objects.get(pk=team.pk).audit_days == 90


def test_the_page_costs_as_many_queries_for_many_as_for_few(
    team: Team, managers: Client, boss: User, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 15):
        for _ in range(number):
            make_user(team=team)
            make_user(team=make_team())
            approve(make_document(team, pages=["text"], created_by=boss).id, actor=boss)
        invite_member(team.id, f"invited{number}", Role.READER, actor=boss)
        with django_assert_max_num_queries(17):
            page(managers, team)


def test_bars_are_to_scale_and_a_quiet_day_has_a_line() -> None:
    today = timezone.localdate()
    activity = Activity([Day(today, uploaded=number) for number in (0, 50, 100, 1)])

    uploads, readings, _ = draw_bars(activity)

    assert [bar.height for bar in uploads.bars] == [1, HEIGHT // 2, HEIGHT, 3]
    assert uploads.total == 151
    assert {bar.height for bar in readings.bars} == {1}


def test_in_russian_numbers_have_the_right_form(team: Team, managers: Client) -> None:
    make_user(team=team)
    answer = managers.get(f"/team/{team.id}/", headers={"accept-language": "ru"})

    assert "2 участника" in answer.content.decode()


def test_what_is_done_here_is_in_the_audit(team: Team, managers: Client) -> None:
    post(managers, team, "invite", username="clerk", role="reviewer")
    post(managers, team, "trash-days", keeps="days", days="90")

    assert list(AuditEntry.objects.order_by("id").values_list("what", "username")) == [
        ("member.invited", "boss"), ("team.rules", "boss"),
    ]  # fmt: skip
