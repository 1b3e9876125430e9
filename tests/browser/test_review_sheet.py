"""All doubtful words of a page on one sheet: confirmed at once, but for those that are left out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from documents.models import Document, Team
from tests.browser.conftest import draw_pages
from tests.browser.test_review_desk import text_of, wait_for_doubt, wait_until_saved
from tests.factories import make_document, make_layout

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(team: Team) -> Document:
    layout = make_layout("Letter\nof tenenat\nand owner\nin June", confidence=0.3)
    document = make_document(team, pages=[layout], flags=["low_confidence"])
    draw_pages(document)
    return document


def places(page: Page) -> list[str]:
    return page.locator("[data-sheet] b").all_inner_texts()


def test_a_page_is_confirmed_but_for_what_is_left_out(
    page: Page, document: Document, complaints: list[str]
) -> None:
    page.goto(f"/review/{document.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("F4")
    expect(page.get_by_role("heading", name="Doubts of the page")).to_be_visible()
    assert places(page) == ["Letter", "of tenenat", "and owner", "in June"]

    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator("[data-sheet-confirm]")).to_contain_text("Confirm 3 places")
    page.keyboard.press("Enter")

    wait_for_doubt(page, 2)
    expect(page.locator("[data-card=line-field]")).to_have_value("of tenenat")
    page.keyboard.type("of tenant")
    page.keyboard.press("Enter")
    expect(page.locator("[data-desk=end-title]")).to_have_text("Every doubt has an answer.")
    wait_until_saved(page)
    assert text_of(document) == "Letter\nof tenant\nand owner\nin June"
    assert document.pages.get(number=1).open_doubts == 0
    assert complaints == []


def test_escape_leads_back_to_the_doubt_and_nothing_is_said(page: Page, document: Document) -> None:
    page.goto(f"/review/{document.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("Enter")
    wait_for_doubt(page, 2)

    page.get_by_role("button", name="All of the page").click()
    assert places(page) == ["of tenenat", "and owner", "in June"], "what was answered is not asked"
    page.keyboard.press("Escape")

    wait_for_doubt(page, 2)
    wait_until_saved(page)
    assert document.pages.get(number=1).open_doubts == 3
