"""A document's page as one decides: between readings, about disputed words, to reject."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from documents.actions.correct import correct
from documents.models import Document, PageStatus, Team
from documents.text.page_layout import Dispute
from tests.browser.document_page import draw_words, layout_of, make_lease, opened
from tests.factories import make_document, make_layout, make_reading


@pytest.fixture
def document(team: Team) -> Document:
    return make_lease(team)


def test_a_newer_reading_is_offered(page: Page, document: Document) -> None:
    correct(document.id, 1, {"b0": "Hello"}, revision=0, actor=None)
    first = document.pages.get(number=1)
    first.current_reading = make_reading(first, make_layout("newer text"), run=2)
    first.save()
    opened(page, document)

    page.get_by_role("button", name="Use the newer reading").click()

    expect(page.locator("section.block")).to_have_count(1)
    expect(page.locator("section.block .block-text")).to_have_text("newer text")


def test_a_rejection_has_a_reason(page: Page, document: Document) -> None:
    opened(page, document)

    page.keyboard.press("r")
    page.keyboard.type("Page 3 is missing")
    page.locator("#reject-dialog").get_by_role("button", name="Reject").click()

    expect(page.get_by_text("The document is rejected.")).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator(".history")).to_contain_text("Page 3 is missing")


@pytest.fixture
def disputed(team: Team) -> Document:
    """Two words that the second reader read otherwise."""
    layout = make_layout("No 12 of July\n\nboth copies")
    where = {word.text: word.bbox for word in layout.words()}
    disputes = (Dispute(where["12"], "12", "14"), Dispute(where["July"], "July", "June"))
    first = replace(layout.blocks[0], disputes=disputes)
    layout = replace(layout, blocks=(first, layout.blocks[1]), flags=("disputed",))
    document = make_document(team, pages=[layout], flags=["disputed"])
    draw_words(document, 1)
    return document


def test_keys_lead_from_dispute_to_dispute_and_take_the_other_reading(
    page: Page, disputed: Document
) -> None:
    opened(page, disputed)

    page.keyboard.press("j")
    assert page.evaluate("String([...CSS.highlights.get('doc-word')][0])") == "12"
    page.keyboard.press("j")
    assert page.evaluate("String([...CSS.highlights.get('doc-word')][0])") == "July"
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.keyboard.press("o")

    expect(page.locator("[data-block=b0] .block-text")).to_have_text("No 12 of June")
    expect(page.locator(".dispute-line")).to_have_count(1)
    page.get_by_role("button", name="Use “14”").click()
    expect(page.locator("[data-block=b0] .block-text")).to_have_text("No 14 of June")
    expect(page.locator(".dispute-line")).to_have_count(0)
    expect(page.locator(".save-state")).to_have_text("Saved")
    assert layout_of(disputed).flags == ()


def test_words_that_somebody_mended_already_are_not_touched(page: Page, disputed: Document) -> None:
    opened(page, disputed)
    page.locator("[data-block=b0] .block-text").fill("No 13 of July")

    page.get_by_role("button", name="Use “14”").click()

    expect(page.get_by_text("no longer in the text")).to_be_visible()
    expect(page.locator("[data-block=b0] .block-text")).to_have_text("No 13 of July")


def test_readings_are_compared(page: Page, document: Document) -> None:
    first = document.pages.get(number=1)
    first.current_reading = make_reading(first, make_layout("Hello world"), run=2)
    first.save()
    opened(page, document)

    page.get_by_role("button", name="2 readings").click()

    dialog = page.locator("#readings-dialog")
    expect(dialog.locator(".differences ins").first).to_contain_text("Helo")
    expect(dialog.locator(".differences del").first).to_contain_text("Hello")


def test_a_single_page_is_read_again(page: Page, document: Document) -> None:
    opened(page, document, "?page=2")
    page.locator(".doc-more summary").click()
    page.get_by_role("button", name="Read again…").click()
    dialog = page.locator("#again-dialog")
    expect(dialog.get_by_label("Only page 2")).to_be_checked()

    dialog.get_by_role("button", name="Read again").click()

    expect(page.get_by_text("The document is being read again.")).to_be_visible()
    waiting = document.pages.filter(status=PageStatus.PENDING).values_list("number", flat=True)
    assert list(waiting) == [2]
