"""The field of a doubt at the review desk: its words, its width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Team
from tests.browser.conftest import draw_pages
from tests.browser.test_review_desk import text_of, wait_for_doubt, wait_until_saved
from tests.factories import make_document, make_layout

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_several_words_is_typed_over_alone(page: Page, team: Team) -> None:
    layout = make_layout("limted libility company", confidence=0.3)
    document = make_document(team, pages=[layout], flags=["low_confidence"])
    draw_pages(document)
    page.goto(f"/review/{document.id}/")
    wait_for_doubt(page, 1)

    page.keyboard.press("Tab")
    page.keyboard.type("limited")
    page.keyboard.press("Tab")
    page.keyboard.type("liability")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    wait_until_saved(page)
    assert text_of(document) == "limited liability company"


def test_words_of_any_length_leave_the_page_of_a_phone_as_wide_as_it_is(
    open_browser: Callable[..., BrowserContext], team: Team
) -> None:
    layout = make_layout("Психоневрологический Электроэнцефалографический", confidence=0.3)
    document = make_document(team, pages=[layout], flags=["low_confidence"])
    draw_pages(document)
    page = open_browser(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ).new_page()
    page.goto(f"/review/{document.id}/")

    expect(page.locator("[data-card=line-field]")).to_have_value(layout.text)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
