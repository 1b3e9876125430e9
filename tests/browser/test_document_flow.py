"""The lines of a running text flow beside the scan; what is saved keeps the lines of the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Document, Team
from tests.browser.conftest import listened_to
from tests.browser.document_page import block, draw_words, layout_of, opened
from tests.factories import make_document

RUNNING = (
    "The tenant keeps the garden and the outer fence in good order\n"
    "and tells the owner about any damage within seven days, by a\n"
    "letter or by tele-\n"
    "phone."
)
PARAGRAPHS = (
    "Every line of this paragraph was wrapped at the right margin\n"
    "of the page by whoever set it, and so was each of those that\n"
    "follow it until the paragraph ends at the right margin, here:\n"
    "1. what begins with a number stands on a line of its own here\n"
    "and goes on."
)
ADDRESS = "Old Grove Road\nNassau Point\nPeconic, Long Island\nAugust 2nd, 1939"


@pytest.fixture
def document(team: Team) -> Document:
    made = make_document(team, pages=["\n\n".join((RUNNING, PARAGRAPHS, ADDRESS))])
    draw_words(made, 1)
    return made


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext], document: Document) -> Page:
    context = open_browser(viewport={"width": 1366, "height": 768})
    return opened(listened_to(context.new_page(), []), document)


def test_full_lines_flow_and_others_stay_lines(page: Page) -> None:
    assert block(page, "b0") == RUNNING.replace("\n", " ", 2)
    assert block(page, "b1").count("\n") == 1
    assert "\n1. what begins with a number stands on a line of its own here and" in block(
        page, "b1"
    )
    assert block(page, "b2") == ADDRESS


def test_what_is_typed_between_flowing_lines_is_saved_beside_their_ends(
    page: Page, document: Document
) -> None:
    put_caret(page, "b0", RUNNING.index("and tells"))
    page.keyboard.type("now ")
    put_caret(page, "b0", RUNNING.index(" damage") + len("now "))
    page.keyboard.type(" new")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    typed = RUNNING.replace("and tells", "now and tells").replace("any", "any new")
    assert layout_of(document).blocks[0].text == typed
    assert block(page, "b0") == typed.replace("\n", " ", 2), "the lines still flow"


def test_a_line_is_begun_between_flowing_words(page: Page, document: Document) -> None:
    put_caret(page, "b0", RUNNING.index(" about"))
    page.keyboard.press("Enter")
    page.keyboard.type("Also")

    assert "tells the owner\nAlso about" in block(page, "b0")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    typed = RUNNING.replace(" about", "\nAlso about")
    assert layout_of(document).blocks[0].text == typed


@pytest.mark.parametrize("before", ["and tells", "\nand tells"])
def test_a_line_begun_where_one_of_the_page_begins_leaves_no_empty_line(
    page: Page, document: Document, before: str
) -> None:
    put_caret(page, "b0", RUNNING.index(before))
    page.keyboard.press("Enter")
    assert "good order\nand tells" in block(page, "b0")

    page.keyboard.type("She ")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    typed = RUNNING.replace("and tells", "She and tells")
    assert layout_of(document).blocks[0].text == typed


def put_caret(page: Page, name: str, offset: int) -> None:
    """Before the character `offset` of the block's text."""
    page.evaluate(
        """async ([name, offset]) => {
            const {putCaret} = await import("/static/documents/web/document_ranges.js");
            putCaret(document.querySelector(`[data-block=${name}] .block-text`), offset);
        }""",
        [name, offset],
    )
