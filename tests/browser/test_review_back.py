"""The way back at the review desk to the document that was decided a moment ago."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from documents.models import Team
from tests.browser.test_review_desk import wait_for_doubt, wait_until_saved
from tests.doubtful_pages import plant_doubtful

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("by_key", [True, False])
def test_one_goes_back_to_what_one_has_just_approved_and_rejects_it(
    page: Page, team: Team, by_key: bool
) -> None:
    first, second = plant_doubtful(team, 1), plant_doubtful(team, 2)
    page.goto(f"/review/{first.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator(".desk")).to_have_attribute("data-document", str(second.id))
    wait_for_doubt(page, 1)
    if by_key:
        page.keyboard.press("Escape")
        page.keyboard.press("u")
    else:
        page.get_by_role("button", name="Back to it").click()
    expect(page.locator(".desk")).to_have_attribute("data-document", str(first.id))
    expect(page.locator("[data-desk=note]")).to_contain_text("This document is decided: approved")

    page.wait_for_load_state("load")
    page.locator("[data-verb=reject]").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.locator(".desk")).to_have_attribute("data-document", str(second.id))
    wait_until_saved(page)

    first.refresh_from_db()
    assert first.review_status == "rejected"


def test_when_nothing_is_left_nothing_can_be_decided_but_the_way_back_is_there(
    page: Page, team: Team
) -> None:
    last = plant_doubtful(team, 1)
    page.goto(f"/review/{last.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("[data-desk=end-title]")).to_have_text("Nothing is left to review here.")

    expect(page.get_by_role("button", name="Reject")).to_be_disabled()
    expect(page.locator("[data-bar=title]")).not_to_have_text(last.title)
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("u")

    expect(page.locator(".desk")).to_have_attribute("data-document", str(last.id))
    expect(page.get_by_role("button", name="Reject")).to_be_enabled()
