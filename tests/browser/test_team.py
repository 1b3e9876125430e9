"""A manager before a real browser: invites, changes roles, empties the trash and thinks again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.actions.hold import hold
from documents.actions.purge_due import purge_due
from documents.actions.trash import trash
from documents.models import Document, Membership, Role, Team, User
from tests.browser.conftest import listened_to
from tests.factories import make_document, make_user


@pytest.fixture
def manager(reviewer: User) -> User:
    Membership.objects.filter(user=reviewer).update(role=Role.MANAGER)
    return reviewer


def test_a_person_is_invited_by_a_link_that_one_click_copies(
    manager: User,
    open_browser: Callable[..., BrowserContext],
    complaints: list[str],
) -> None:
    context = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page = listened_to(context.new_page(), complaints)
    page.goto("/team/")
    page.get_by_label("User name").fill("clerk")
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("button", name="Copy").click()

    expect(page.locator("#toasts")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert (
        "/invitation/?key=" in copied and copied == page.locator("#invitation-link").input_value()
    )
    assert complaints == []


def test_a_role_is_saved_as_it_is_chosen(
    manager: User, team: Team, page: Page, complaints: list[str]
) -> None:
    clerk = make_user("clerk", team=team).memberships.get()
    page.goto("/team/")

    page.get_by_label("Role of clerk").select_option("reader")

    expect(page.get_by_text("Saved.")).to_be_visible()
    clerk.refresh_from_db()
    assert clerk.role == Role.READER
    assert complaints == []


def test_the_trash_is_emptied_in_two_steps_and_kept_in_one(
    manager: User, team: Team, page: Page, complaints: list[str]
) -> None:
    for title in ("One", "Two", "Held"):
        document = trash(make_document(team, title=title).id, actor=manager)
    hold(document.id, actor=manager, reason="Lawsuit")
    page.goto("/trash/")

    page.get_by_label("Empty…").click()
    expect(page.get_by_text("1 document on legal hold stays.")).to_be_visible()
    page.get_by_role("button", name="Delete 2 documents").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("2 documents stay.")).to_be_visible()
    assert purge_due() == 0
    assert Document.objects.trashed().count() == 3
    assert complaints == []
