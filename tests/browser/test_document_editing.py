"""A document's page as one changes it: texts, blocks, tables, title and tags."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from documents.actions.correct import correct
from documents.models import Document, PageStatus, Status, Team, User
from documents.review.edits import AddBlock
from tests.browser.conftest import draw_pages
from tests.browser.document_page import (
    address,
    click_word,
    layout_of,
    make_lease,
    on_screen,
    opened,
)
from tests.factories import make_document


@pytest.fixture
def document(team: Team) -> Document:
    return make_lease(team)


def test_a_text_is_corrected_in_place_and_saved(
    page: Page, document: Document, reviewer: User, complaints: list[str]
) -> None:
    opened(page, document)
    text = page.locator("[data-block=b0] .block-text")

    text.fill("Hello world")
    expect(page.locator(".save-state")).to_have_text("Not saved yet")
    text.press("Control+Enter")

    expect(page.locator(".save-state")).to_have_text("Saved")
    assert layout_of(document).text.startswith("Hello world")
    assert next(layout_of(document).words()).bbox == (100, 100, 148, 130)
    revision = document.pages.get(number=1).current_revision
    assert revision is not None and revision.author == reviewer
    expect(page.locator(".page-facts")).to_contain_text("corrected by reviewer")
    assert complaints == []


def test_leaving_a_text_saves_it(page: Page, document: Document) -> None:
    opened(page, document)
    page.locator("[data-block=b0] .block-text").fill("Hello world")

    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_have_text("Saved")
    page.keyboard.press("n")

    expect(page.locator(".pager-input")).to_have_value("2")
    assert layout_of(document).text.startswith("Hello world")


def test_two_people_on_one_block_see_both_texts(
    page: Page, document: Document, reviewer: User
) -> None:
    opened(page, document)
    correct(document.id, 1, {"b0": "Theirs"}, revision=0, actor=reviewer)
    page.locator("[data-block=b0] .block-text").fill("Mine")
    page.locator("[data-block=b2] .block-text").fill("Also mine")

    page.keyboard.press("Control+Enter")

    conflict = page.locator("[data-block=b0] .conflict")
    expect(conflict.locator(".conflict-words")).to_have_text(["Theirs", "Mine"])
    expect(page.locator(".save-state")).to_have_text("Saved")
    assert layout_of(document).text.endswith("Also mine"), "other blocks are saved all the same"
    assert layout_of(document).text.startswith("Theirs")

    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        conflict.get_by_role("button", name="Keep mine").click()
    expect(conflict).to_have_count(0)
    expect(page.locator(".save-state")).to_have_text("Saved")
    assert layout_of(document).text.startswith("Mine")


def test_two_people_on_different_blocks_notice_nothing(
    page: Page, document: Document, reviewer: User
) -> None:
    opened(page, document)
    correct(document.id, 1, {"b0": "Theirs"}, revision=0, actor=reviewer)

    page.locator("[data-block=b2] .block-text").fill("Mine")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".save-state")).to_have_text("Saved")
    expect(page.locator("[data-block=b0] .block-text")).to_have_text("Theirs")
    assert layout_of(document).text.endswith("Mine")


def test_blocks_are_split_merged_moved_and_deleted_by_keys(page: Page, document: Document) -> None:
    opened(page, document)
    click_word(page, document, "Договор")

    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("section.block")).to_have_count(4)
    expect(page.locator("[data-block=b1] .block-text")).to_have_text("Договор")
    page.keyboard.press("Control+m")
    expect(page.locator("section.block")).to_have_count(3)
    page.keyboard.press("Control+Shift+ArrowUp")
    expect(page.locator("section.block").first).to_have_attribute("data-block", "b1")
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.locator("section.block")).to_have_count(2)

    assert layout_of(document).text == "Helo world\n\nlast words"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("section.block")).to_have_count(3)
    assert "Договор" in layout_of(document).text


def test_a_table_is_a_grid_that_is_edited(page: Page, document: Document) -> None:
    table = AddBlock((100, 800, 900, 900), "table", "Item\tCount\nApples\t12")
    correct(document.id, 1, {}, edits=[table], revision=0, actor=None)
    opened(page, document)

    page.get_by_label("Row 2, column 2").fill("120")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".save-state")).to_have_text("Saved")
    page.get_by_label("Row 2, column 1").click()
    page.get_by_label("Change block 4").click()
    page.get_by_role("button", name="Row below").click()

    expect(page.get_by_label("Row 3, column 1")).to_have_text("")
    assert (
        "<td>120</td></tr><tr><td></td><td></td></tr></table>" in layout_of(document).blocks[3].html
    )


def test_a_region_becomes_a_block(page: Page, document: Document) -> None:
    opened(page, document)
    x0, y0, x1, y1 = on_screen(page, (100, 900, 600, 960))

    page.keyboard.press("b")
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move(x1, y1, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="New block here").click()
    expect(page.locator(".block-text:focus")).to_have_text("")
    page.keyboard.type("Seen at last")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".save-state")).to_have_text("Saved")
    added = layout_of(document).blocks[-1]
    assert added.text == "Seen at last"
    assert all(abs(a - b) < 5 for a, b in zip(added.bbox, (100, 900, 600, 960), strict=True))


def test_a_page_that_could_not_be_read_is_typed(page: Page, team: Team) -> None:
    document = make_document(
        team, status=Status.PARTIAL, pages=["one", None], failed=[2], error_code="damaged-page"
    )
    draw_pages(document)
    page.goto(address(document, "?page=2"))
    expect(page.get_by_text("This page could not be read")).to_be_visible()

    page.get_by_role("button", name="Type the text").click()
    page.keyboard.type("typed by hand")
    page.keyboard.press("Control+Enter")

    expect(page.locator("section.block .block-text")).to_have_text("typed by hand")
    assert layout_of(document, 2).text == "typed by hand"
    assert document.pages.get(number=2).status == PageStatus.DONE


def test_by_keyboard_alone_in_a_russian_layout(page: Page, document: Document) -> None:
    """Keys are meant by their place: on a Russian layout the key N types т."""
    opened(page, document)

    def press(code: str, letter: str) -> None:
        page.evaluate(
            """([code, key]) => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true}))""",
            [code, letter],
        )

    press("KeyN", "т")
    expect(page.locator(".pager-input")).to_have_value("2")
    press("KeyP", "з")
    expect(page.locator(".pager-input")).to_have_value("1")
    press("KeyE", "у")
    page.keyboard.press("Control+a")
    page.keyboard.type("Hello")
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_have_text("Saved")
    press("KeyA", "ф")
    expect(page.get_by_text("The document is approved.")).to_be_visible()
    document.refresh_from_db()
    assert document.review_status == "approved"


def test_title_and_tags_are_changed_in_place(page: Page, document: Document) -> None:
    opened(page, document)

    page.keyboard.press("t")
    page.keyboard.press("Control+a")
    page.keyboard.type("Lease of 2024")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The title is saved.")).to_be_visible()
    page.get_by_role("button", name="Details").click()
    page.get_by_placeholder("Add a tag").fill("rent")
    page.keyboard.press("Enter")

    expect(page.locator(".tag-list")).to_contain_text("rent")
    document.refresh_from_db()
    assert document.title == "Lease of 2024"
    assert [tag.name for tag in document.tags.all()] == ["rent"]


def test_what_is_typed_while_a_save_is_underway_is_saved_after_it(
    page: Page, document: Document
) -> None:
    opened(page, document)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/pages/1/text/", hold_the_first)
    text = page.locator("[data-block=b0] .block-text")
    text.fill("Hello")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".save-state")).to_have_text("Saving…")

    text.press("End")
    page.keyboard.type(" world")
    held[0].continue_()
    expect(page.locator(".page-facts")).to_contain_text("corrected by")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.keyboard.press("Control+Enter")

    expect(text).to_have_text("Hello world")
    expect(page.locator(".save-state")).to_have_text("Saved")
    assert layout_of(document).text.startswith("Hello world")


def test_who_is_logged_out_is_told_and_loses_nothing(page: Page, document: Document) -> None:
    opened(page, document)
    kept = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    text = page.locator("[data-block=b0] .block-text")
    text.fill("Hello world")

    page.keyboard.press("Control+Enter")
    expect(page.locator(".save-state")).to_have_text("Not saved")
    expect(page.get_by_text("You are logged out")).to_be_visible()
    expect(text).to_have_text("Hello world")

    page.context.add_cookies([dict(each) for each in kept])  # type: ignore[misc]
    text.press("Control+Enter")
    expect(page.locator(".save-state")).to_have_text("Saved")
