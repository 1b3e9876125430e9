"""The search page in a real browser: by keyboard, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Team
from documents.search.index.follower import Follower
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document

HERE = "/admin/documents/document/search/"


@pytest.fixture
def found(team: Team, search_directory: Path) -> None:
    """Two documents that can be found."""
    for title, texts, tag in (
        ("Leases", ["Договор аренды № 12/2025"] * 3, "urgent"),
        ("Others", [f"Договор поставки, {'длинный текст ' * 80}"], "later"),
    ):
        draw_pages(make_document(team, title=title, pages=texts, tags=[tag]))
    follower = Follower(search_directory)
    while follower.step() or follower.is_behind:
        pass


def test_one_searches_and_opens_a_result_with_the_keyboard_alone(
    page: Page, found: None, complaints: list[str]
) -> None:
    page.goto(HERE)
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("договора аренда")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 pages found")).to_be_visible()
    assert page.locator(".result").first.locator("rect.hit").count() == 2

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".result h2 a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator(".result h2 a").nth(1).focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/change/**")
    expect(page.locator("section.page").nth(1).locator("rect.hit")).to_have_count(2)
    assert complaints == []


def test_facets_narrow_down(page: Page, found: None, complaints: list[str]) -> None:
    page.goto(f"{HERE}?q=договор")
    page.get_by_role("navigation", name="Narrow down").get_by_role("link", name="later").click()
    expect(page.get_by_text("1 page found")).to_be_visible()
    page.get_by_role("link", name="later: remove this filter").click()
    expect(page.get_by_text("4 pages found")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_stands_out_of_the_page(
    open_browser: Callable[..., BrowserContext], found: None, scheme: str, complaints: list[str]
) -> None:
    context = open_browser(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = listened_to(context.new_page(), complaints)
    page.goto(f"{HERE}?q=договор")
    expect(page.get_by_text("4 pages found")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    wide = [page.evaluate("document.documentElement.scrollWidth")]
    page.goto(f"{HERE}?q=type:{'q' * 300}")
    wide.append(page.evaluate("document.documentElement.scrollWidth"))

    assert max(wide) <= 360
    assert complaints == []
