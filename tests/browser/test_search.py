"""The search page in a real browser: by keyboard, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.actions.record_search_matches import record_search_matches
from documents.models import Team
from documents.search.index.follower import Follower
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document

HERE = "/search/"
#: The number of lists of recent searches that the browser keeps.
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('recent-searches')).length"


@pytest.fixture
def found(team: Team, search_directory: Path) -> None:
    """Two documents that can be found."""
    for title, texts, tag in (
        ("Leases", ["Договор аренды № 12/2025"] * 3, "urgent"),
        ("Others", [f"Договор поставки, {'длинный текст ' * 80}"], "later"),
    ):
        draw_pages(make_document(team, title=title, pages=texts, tags=[tag]))
    index_all(search_directory)


def index_all(search_directory: Path) -> None:
    follower = Follower(search_directory)
    while follower.step() or follower.is_behind:
        pass


def test_one_searches_and_opens_a_result_with_the_keyboard_alone(
    page: Page, found: None, complaints: list[str]
) -> None:
    page.goto("/documents/")
    page.keyboard.press("Slash")
    expect(page.get_by_role("combobox", name="Search in all pages")).to_be_focused()
    page.keyboard.type("договора аренда")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    assert page.locator(".found-page").first.locator("rect").count() == 2
    page.wait_for_load_state("load")  # the keys are bound

    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyJ")
    expect(page.locator(".found-page").nth(1)).to_be_focused()
    page.keyboard.press("KeyK")
    expect(page.locator(".found-page").first).to_be_focused()
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")

    page.wait_for_url("**/documents/*/?page=2&hit=*")


def test_what_one_types_is_suggested_and_taken_with_the_keyboard(
    page: Page, found: None, complaints: list[str]
) -> None:
    page.goto("/documents/")
    box = page.get_by_role("combobox", name="Search in all pages")
    box.press_sequentially("догов")
    expect(page.get_by_role("option", name="договор", exact=True)).to_be_visible()
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "suggestion-0"
    box.press("Enter")
    expect(page.get_by_text("2 documents", exact=True)).to_be_visible()

    page.goto("/documents/")
    box.focus()  # nothing typed: what was searched for before
    expect(page.get_by_role("option", name="договор", exact=True)).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press_sequentially("ljujd")  # the other keyboard layout
    expect(page.get_by_role("option", name="договор", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Did you mean")).to_contain_text("догов")
    assert complaints == []


def test_recent_searches_end_with_the_session(
    page: Page, found: None, complaints: list[str]
) -> None:
    page.goto(f"{HERE}?q=аренда")
    page.get_by_role("combobox").press("Enter")
    assert page.evaluate(KEPT) == 1
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/login/")

    assert page.evaluate(KEPT) == 0


def test_facets_narrow_down(page: Page, found: None, complaints: list[str]) -> None:
    page.goto(f"{HERE}?q=договор")
    facets = page.get_by_role("navigation", name="Narrow down")
    facets.locator("summary", has_text="Tag").click()
    facets.get_by_role("link", name="later").click()
    expect(page.get_by_text("1 document", exact=True)).to_be_visible()
    page.get_by_role("link", name="later: remove this filter").click()
    expect(page.get_by_text("2 documents", exact=True)).to_be_visible()
    assert complaints == []


def test_new_finds_of_a_saved_search_are_announced_until_they_were_seen(
    page: Page, found: None, team: Team, search_directory: Path, complaints: list[str]
) -> None:
    page.goto(f"{HERE}?q=договор")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill("Contracts")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Contracts")).to_be_visible()
    document = make_document(team, title="Newest", pages=["Договор"])
    draw_pages(document)
    index_all(search_directory)
    record_search_matches([document.id])

    page.goto("/documents/")
    entry = page.get_by_role("navigation", name="Main").get_by_role("link", name="Contracts")
    expect(entry).to_contain_text("1 new")
    with page.expect_response("**/seen/"):
        entry.click()
    expect(page.locator(".found-page", has_text="new page")).to_have_count(1)
    page.goto("/documents/")
    expect(entry).not_to_contain_text("new")
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_stands_out_of_the_page(
    open_browser: Callable[..., BrowserContext], found: None, scheme: str, complaints: list[str]
) -> None:
    context = open_browser(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = listened_to(context.new_page(), complaints)
    page.goto(f"{HERE}?q=договор")
    expect(page.get_by_text("2 documents", exact=True)).to_be_visible()
    wide = [page.evaluate("document.documentElement.scrollWidth")]
    for summary in page.locator("summary:visible").all():
        summary.click()
        wide.append(page.evaluate("document.documentElement.scrollWidth"))
        page.keyboard.press("Escape")
    page.goto(f"{HERE}?q=type:{'q' * 300}")
    wide.append(page.evaluate("document.documentElement.scrollWidth"))

    assert max(wide) <= 360
    assert complaints == []
