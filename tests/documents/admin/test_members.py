"""The page on which managers look after their team, and where an invitation leads."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Membership, Role, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import PASSWORD, make_user

RUSSIAN = {"accept-language": "ru"}


@pytest.fixture
def manager_browser(team: Team) -> Client:
    return browser_of(make_user("boss", team=team, role=Role.MANAGER, is_staff=True))


def address(name: str, team: Team, *more: object) -> str:
    return reverse(f"admin:documents_team_{name}", args=[team.id, *more])


def invite(browser: Client, team: Team, username: str, role: str = Role.REVIEWER) -> str:
    """The link that the page shows."""
    page = browser.post(address("invite", team), {"username": username, "role": role})
    found = re.search(r'href="(/invitation/\?key=[^"]+)"', page.content.decode())
    assert found
    return found[1]


def test_a_manager_invites_a_person_who_chooses_a_password_and_logs_in(
    manager_browser: Client, team: Team
) -> None:
    link = invite(manager_browser, team, "clerk")
    clerk = Client()

    welcome = clerk.get(link, follow=True)
    done = clerk.post(
        reverse("invitation"), {"new_password1": PASSWORD, "new_password2": PASSWORD}, follow=True
    )

    assert "clerk" in welcome.content.decode()
    assert "key=" not in welcome.redirect_chain[-1][0], "the secret stays in no address"
    assert "Your password is set" in done.content.decode()
    clerk.post(reverse("log-in"), {"username": "clerk", "password": PASSWORD})
    assert clerk.get(reverse("web:documents")).status_code == 200
    assert User.objects.get(username="clerk").memberships.get().role == Role.REVIEWER


def test_a_used_link_and_a_forged_one_say_so_in_the_readers_language(
    manager_browser: Client, team: Team
) -> None:
    link = invite(manager_browser, team, "clerk")
    user = User.objects.get(username="clerk")
    user.set_password(PASSWORD)
    user.save()

    for path in (link, reverse("invitation"), reverse("invitation") + "?key=1.a"):
        page = Client().get(path, headers=RUSSIAN)
        assert page.status_code == 404
        assert "приглашени" in page.content.decode().lower()


def test_two_different_passwords_are_refused(manager_browser: Client, team: Team) -> None:
    clerk = Client()
    clerk.get(invite(manager_browser, team, "clerk"))

    page = clerk.post(
        reverse("invitation"), {"new_password1": PASSWORD, "new_password2": PASSWORD + "a"}
    )

    assert page.status_code == 200
    assert not User.objects.get(username="clerk").has_usable_password()


def test_an_invitation_logs_out_whoever_used_the_browser(
    manager_browser: Client, team: Team
) -> None:
    manager_browser.get(invite(manager_browser, team, "clerk"))

    manager_browser.post(
        reverse("invitation"), {"new_password1": PASSWORD, "new_password2": PASSWORD}
    )

    assert "_auth_user_id" not in manager_browser.session


def test_a_manager_renames_the_team_changes_roles_and_removes_members(
    manager_browser: Client, team: Team
) -> None:
    one, two = make_user("one", team=team), make_user("two", team=team)

    manager_browser.post(address("rename", team), {"name": "Архив"})
    manager_browser.post(address("role", team, one.memberships.get().pk), {"role": Role.MANAGER})
    manager_browser.post(address("remove", team, two.memberships.get().pk))

    team.refresh_from_db()
    assert team.name == "Архив"
    assert one.memberships.get().role == Role.MANAGER
    assert not two.memberships.exists()


def test_a_refusal_is_shown_on_the_page(manager_browser: Client, team: Team) -> None:
    own = Membership.objects.get(user__username="boss")

    page = manager_browser.post(
        address("remove", team, own.pk), follow=True, headers=RUSSIAN
    ).content.decode()

    assert "единственный руководитель" in page
    assert Membership.objects.filter(pk=own.pk).exists()


def test_a_manager_who_leaves_is_led_away(manager_browser: Client, team: Team) -> None:
    make_user(team=team, role=Role.MANAGER)
    own = Membership.objects.get(user__username="boss")

    answer = manager_browser.post(address("remove", team, own.pk))

    assert answer.headers["Location"] == reverse("admin:index")


def test_the_teams_page_leads_managers_there_and_nobody_else(
    manager_browser: Client, browser: Client, team: Team
) -> None:
    page = reverse("admin:documents_team_change", args=[team.id])

    assert address("members", team) in manager_browser.get(page).content.decode()
    assert address("members", team) not in browser.get(page).content.decode()


def test_reviewers_and_managers_of_other_teams_are_shown_nothing(
    browser: Client, stranger_browser: Client, team: Team
) -> None:
    make_user("hidden-name", team=team)

    for somebody in (browser, stranger_browser):
        answer = somebody.get(address("members", team), follow=True)
        somebody.post(address("rename", team), {"name": "Taken over"})
        somebody.post(address("invite", team), {"username": "spy", "role": Role.MANAGER})
        assert "hidden-name" not in answer.content.decode()

    team.refresh_from_db()
    assert team.name == "Accounts"
    assert not User.objects.filter(username="spy").exists()


def test_a_manager_is_no_administrator(manager_browser: Client, team: Team) -> None:
    other = make_user("other", team=team)

    for path in (
        reverse("admin:documents_user_changelist"),
        reverse("admin:documents_user_add"),
        reverse("admin:documents_user_change", args=[other.pk]),
        reverse("admin:documents_team_add"),
        reverse("admin:documents_team_delete", args=[team.id]),
    ):
        assert manager_browser.get(path).status_code == 403


def test_what_a_form_adds_makes_nobody_an_administrator(
    manager_browser: Client, team: Team
) -> None:
    manager_browser.post(
        address("invite", team),
        {"username": "spy", "role": Role.READER, "is_superuser": "on", "password": PASSWORD},
    )

    spy = User.objects.get(username="spy")
    assert not spy.is_superuser
    assert not spy.has_usable_password()
