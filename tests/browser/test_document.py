"""A document's page as one reads it: scan and text are tied, hits are found."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, expect

from documents.actions.correct import correct
from documents.models import Document, PageStatus, Status, Team
from documents.review.edits import AddBlock
from documents.search.index.follower import Follower
from tests.browser.conftest import draw_pages
from tests.browser.document_page import (
    address,
    click_word,
    layout_of,
    make_lease,
    on_screen,
    opened,
    word_box,
)
from tests.factories import make_document, make_reading


@pytest.fixture
def document(team: Team) -> Document:
    return make_lease(team)


def test_the_scan_begins_high_under_one_slim_bar(page: Page, document: Document) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    opened(page, document)

    bar = page.locator(".page > .bar").bounding_box()
    sheet = page.locator(".viewer-sheet").bounding_box()
    assert bar is not None and sheet is not None
    assert bar["height"] <= 48
    assert sheet["y"] <= 110
    assert page.evaluate("document.documentElement.scrollHeight") <= 768


def test_a_hit_is_drawn_around_its_word_and_never_on_it(page: Page, document: Document) -> None:
    opened(page, document, "?hit=договор")
    expect(page.locator(".hit-count")).to_contain_text("1 of 1")
    page.mouse.move(5, 5)

    x0, y0, x1, y1 = on_screen(page, word_box(document, "Договор"))
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    inside = shot.crop((round(x0) + 2, round(y0) + 2, round(x1) - 2, round(y1) - 2))
    assert max(inside.tobytes()) < 60, "the letters are as they were"

    def is_coloured(x: float, y: float) -> bool:
        pixel = shot.crop((round(x), round(y), round(x) + 1, round(y) + 1)).tobytes()
        red, green, blue = pixel
        return green > red + 25 and blue > red + 20

    middle = (y0 + y1) / 2
    for side in (range(round(x0) - 9, round(x0)), range(round(x1), round(x1) + 9)):
        assert any(is_coloured(x, middle) for x in side)
    assert any(is_coloured((x0 + x1) / 2, y) for y in range(round(y0) - 9, round(y0)))


def test_hits_are_gone_through_across_pages_by_key(page: Page, document: Document) -> None:

    follower = Follower(settings.OCRSITE_SEARCH_DIR)
    while follower.step() or follower.is_behind:
        pass
    opened(page, document, "?hit=договор")
    expect(page.locator(".hit-count")).to_contain_text("on 2 pages")

    page.keyboard.press("j")
    expect(page.locator(".pager-input")).to_have_value("2")
    expect(page.locator(".hit-count")).to_contain_text("1 of 1")
    page.keyboard.press("k")
    expect(page.locator(".pager-input")).to_have_value("1")


def test_a_word_of_the_scan_leads_to_its_place_in_the_text(page: Page, document: Document) -> None:
    opened(page, document)

    click_word(page, document, "аренды")

    caret = page.evaluate(
        """() => {
            const selection = getSelection();
            const block = selection.focusNode.parentElement.closest("[data-block]");
            return [block.dataset.block, selection.focusNode.data.slice(0, selection.focusOffset)];
        }"""
    )
    assert caret == ["b1", "Договор аренды"]
    assert page.locator(".mark-light").get_attribute("d"), "its place on the scan is lit"
    assert page.evaluate("String([...CSS.highlights.get('doc-word')][0])") == "аренды"


def test_a_word_of_the_text_leads_to_its_place_on_the_scan(page: Page, document: Document) -> None:
    opened(page, document)

    page.locator("[data-block=b1] .block-text").click(position={"x": 8, "y": 8})

    x0, y0 = word_box(document, "Договор")[:2]
    drawn = page.locator(".mark-light").get_attribute("d") or ""
    left, top = (float(each) for each in drawn[1:].split("H")[0].split(" "))
    assert abs(left - x0) < 12 and abs(top - y0) < 12


def test_a_formula_is_shown_and_markup_in_it_is_not(
    page: Page, document: Document, complaints: list[str]
) -> None:
    latex = r"\frac{a}{b} \text{<img src=x onerror=alert(1)>}"
    formula = AddBlock((100, 800, 900, 900), "display_formula", latex)
    correct(document.id, 1, {}, edits=[formula], revision=0, actor=None)

    opened(page, document)

    expect(page.locator("math mfrac")).to_have_count(1)
    expect(page.locator(".block-math img")).to_have_count(0)
    assert complaints == []


def test_a_region_gives_its_words(page: Page, document: Document) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, document)
    x0, y0, x1, y1 = on_screen(page, layout_of(document).blocks[1].bbox)

    page.keyboard.down("Shift")
    page.mouse.move(x0 - 4, y0 - 4)
    page.mouse.down()
    page.mouse.move(x1 + 4, y1 + 4, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.get_by_role("button", name="Copy 4 words").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "Договор аренды вторая строка"


def test_a_page_that_is_read_meanwhile_appears_by_itself(page: Page, team: Team) -> None:
    document = make_document(team, status=Status.PROCESSING, pages=["First words", None])
    draw_pages(document)
    page.goto(address(document, "?page=2"))
    expect(page.get_by_text("has not been read yet")).to_be_visible()
    expect(page.locator("[data-progress]")).to_have_text("1 of 2 pages read")

    second = document.pages.get(number=2)
    second.current_reading = make_reading(second, "Words of page 2")
    second.status = PageStatus.DONE
    second.save()
    Document.objects.filter(id=document.id).update(pages_done=2, status="ready", version=9)

    expect(page.locator("section.block .block-text")).to_have_text(
        "Words of page 2", timeout=15_000
    )
    expect(page.locator("[data-progress]")).to_have_count(0)
