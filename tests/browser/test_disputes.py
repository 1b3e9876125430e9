"""A reviewer goes from one disputed word to the next, looks, and takes the other reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Document, Team
from documents.text.page_layout import Dispute, PageLayout
from tests.browser.conftest import draw_pages, holds_on, listened_to
from tests.factories import make_document, make_layout

TEXT = "No 12 of July, 12 copies\nsigned by both"


def disputed() -> PageLayout:
    layout = make_layout(TEXT)
    boxes = [word.bbox for word in layout.words()]
    x0, y0, _, y1 = boxes[7]
    block = replace(
        layout.blocks[0],
        disputes=(
            Dispute(boxes[4], "12", "14"),
            Dispute((x0 - 11, y0, x0 - 1, y1), "", "duly"),
            Dispute(boxes[8], "both", ""),
        ),
    )
    return replace(layout, blocks=(block,), flags=("disputed",))


@pytest.fixture
def document(team: Team) -> Document:
    document = make_document(team, pages=[disputed()], flags=["disputed"])
    draw_pages(document)
    return document


def address(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.id])


def text_of(document: Document) -> str:
    layout = document.pages.get().layout
    return layout.text if layout else ""


def field(page: Page) -> str:
    return page.locator("textarea").input_value()


def test_keys_lead_from_dispute_to_dispute_and_take_the_other_reading(
    page: Page, document: Document, complaints: list[str]
) -> None:
    page.goto(address(document))

    page.keyboard.press("j")
    expect(page.locator(".dispute:focus mark")).to_have_text("12")
    expect(page.locator(".dispute:focus .readings")).to_be_visible()
    expect(page.locator(".dispute-place.current")).to_have_count(1)
    page.keyboard.press("o")
    assert field(page) == "No 12 of July, 14 copies\nsigned by both", "that one, not the other"
    expect(page.locator(".outcome")).to_contain_text("Replaced with “14”. Not saved yet.")
    assert holds_on(page)
    assert text_of(document) == TEXT, "a person saves"

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert field(page) == "No 12 of July, 14 copies\nsigned duly by"
    page.keyboard.press("Control+Enter")
    expect(page.locator(".outcome")).to_have_text("Saved.")

    assert text_of(document) == "No 12 of July, 14 copies\nsigned duly by"
    layout = document.pages.get().layout
    assert layout is not None and layout.flags == ()
    expect(page.locator(".dispute.settled")).to_have_count(3)
    assert complaints == []


def test_keys_are_where_they_are_in_a_layout_without_their_letters(
    page: Page, document: Document
) -> None:
    page.goto(address(document))

    for key, code in (("о", "KeyJ"), ("о", "KeyJ"), ("л", "KeyK"), ("щ", "KeyO")):
        page.evaluate(
            "([key, code]) => document.activeElement.dispatchEvent("
            "new KeyboardEvent('keydown', {key, code, bubbles: true}))",
            [key, code],
        )

    assert "14 copies" in field(page)


def test_what_was_taken_can_be_put_back(page: Page, document: Document) -> None:
    page.goto(address(document))

    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.keyboard.press("o")

    assert field(page) == TEXT
    expect(page.locator(".dispute.taken")).to_have_count(0)


def test_buttons_do_the_same(page: Page, document: Document) -> None:
    page.goto(address(document))

    page.get_by_role("button", name="Next dispute").click()
    page.get_by_role("button", name="Use this").first.click()
    assert "14 copies" in field(page)
    page.get_by_role("button", name="Restore").click()
    assert field(page) == TEXT
    page.get_by_role("button", name="Previous dispute").click()
    expect(page.locator(".dispute:focus mark")).to_have_text("both")


def test_a_place_on_the_image_leads_to_its_word(page: Page, document: Document) -> None:
    page.goto(address(document))

    page.locator(".dispute-place").first.click()

    expect(page.locator(".dispute:focus mark")).to_have_text("12")


def test_words_that_somebody_mended_already_are_not_touched(page: Page, document: Document) -> None:
    page.goto(address(document))
    page.locator("textarea").fill("No 13 of July")

    page.locator(".dispute").first.focus()
    page.keyboard.press("o")

    assert field(page) == "No 13 of July"
    expect(page.locator(".outcome")).to_contain_text("no longer in the text")


def test_letters_typed_into_the_text_are_letters(page: Page, document: Document) -> None:
    page.goto(address(document))

    page.locator("textarea").press("j")
    page.locator("textarea").press("o")

    assert sorted(field(page)) == sorted(TEXT + "jo")


def test_on_a_phone_both_readings_stay_inside_of_the_screen(
    open_browser: Callable[..., BrowserContext], document: Document, complaints: list[str]
) -> None:
    page = listened_to(open_browser(viewport={"width": 390, "height": 844}).new_page(), complaints)
    page.goto(address(document))

    for _ in range(3):
        page.keyboard.press("j")
        box = page.locator(".dispute:focus .readings").bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []
