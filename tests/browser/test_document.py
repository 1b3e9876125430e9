"""A document's page: scan and text are tied, texts are corrected in place, hits are found."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, Route, expect

from documents.actions.correct import correct
from documents.exports.page_images import store_page_image, store_page_thumbnail
from documents.models import Document, PageStatus, Status, Team, User
from documents.review.edits import AddBlock
from documents.search.index.follower import Follower
from documents.text.page_layout import Box, Dispute, PageLayout
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document, make_layout, make_reading

WIDTH, HEIGHT = 1240, 1754
INK = (20, 20, 20)
#: Text of blocks b0, b1, b2 on page 1.
TEXT = "Helo world\n\nДоговор аренды\nвторая строка\n\nlast words"


@pytest.fixture
def document(team: Team) -> Document:
    document = make_document(team, title="Lease", pages=[TEXT, "Договоры page two", "Page three"])
    for number in (1, 2, 3):
        draw_words(document, number)
    return document


def layout_of(document: Document, number: int = 1) -> PageLayout:
    layout = document.pages.get(number=number).layout
    assert layout is not None
    return layout


def draw_words(document: Document, number: int) -> None:
    """The page image: each word is a black bar in its box."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    for word in layout_of(document, number).words():
        pen.rectangle(word.bbox, fill=INK)
    content = io.BytesIO()
    image.save(content, "WEBP", lossless=True)
    store_page_image(document.id, number, 0, content.getvalue())
    store_page_thumbnail(document.id, number, 0, content.getvalue())


def address(document: Document, query: str = "") -> str:
    return reverse("web:document", args=[document.id]) + query


def opened(page: Page, document: Document, query: str = "") -> Page:
    page.goto(address(document, query))
    expect(page.locator("section.block").first).to_be_visible()
    expect(page.locator(".viewer.loading")).to_have_count(0)
    page.locator(".viewer-image").evaluate("each => each.decode()")
    return page


def block(page: Page, name: str) -> str:
    return page.locator(f"[data-block={name}] .block-text").inner_text()


def on_screen(page: Page, box: Box) -> tuple[float, float, float, float]:
    """A box of the page image, px of the window."""
    place = page.locator(".viewer-sheet").bounding_box()
    assert place is not None
    scale = place["width"] / WIDTH
    x0, y0, x1, y1 = (value * scale for value in box)
    return place["x"] + x0, place["y"] + y0, place["x"] + x1, place["y"] + y1


def word_box(document: Document, text: str, number: int = 1) -> Box:
    return next(word.bbox for word in layout_of(document, number).words() if word.text == text)


def click_word(page: Page, document: Document, text: str) -> None:
    x0, y0, x1, y1 = on_screen(page, word_box(document, text))
    page.mouse.click((x0 + x1) / 2, (y0 + y1) / 2)


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


def test_a_newer_reading_is_offered(page: Page, document: Document) -> None:
    correct(document.id, 1, {"b0": "Hello"}, revision=0, actor=None)
    first = document.pages.get(number=1)
    first.current_reading = make_reading(first, make_layout("newer text"), run=2)
    first.save()
    opened(page, document)

    page.get_by_role("button", name="Use the newer reading").click()

    expect(page.locator("section.block")).to_have_count(1)
    expect(page.locator("section.block .block-text")).to_have_text("newer text")


def test_a_thousand_pages_are_as_quick_as_one(page: Page, team: Team) -> None:
    document = make_document(team, pages=[f"Page {n}" for n in range(1, 1001)])
    page.goto(address(document, "?page=500"))
    expect(page.locator("section.block .block-text")).to_have_text("Page 500")

    assert page.locator(".strip-item").count() < 30
    expect(page.locator(".strip-item[aria-current]")).to_contain_text("500")
    page.keyboard.press("g")
    page.keyboard.type("987")
    page.keyboard.press("Enter")
    expect(page.locator("section.block .block-text")).to_have_text("Page 987")
    page.keyboard.press("n")
    expect(page.locator("section.block .block-text")).to_have_text("Page 988")


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


def test_a_rejection_has_a_reason(page: Page, document: Document) -> None:
    opened(page, document)

    page.keyboard.press("r")
    page.keyboard.type("Page 3 is missing")
    page.locator("#reject-dialog").get_by_role("button", name="Reject").click()

    expect(page.get_by_text("The document is rejected.")).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator(".history")).to_contain_text("Page 3 is missing")


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


def test_zoom_turn_and_marks(page: Page, document: Document) -> None:
    opened(page, document)
    level = page.locator(".viewer-level")
    fitted = level.inner_text()

    page.keyboard.press("9")
    expect(level).to_have_text("100 %")
    page.keyboard.press("-")
    expect(level).to_have_text("80 %")
    page.keyboard.press("0")
    expect(level).to_have_text(fitted)
    frame = page.locator(".viewer-frame").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 100, frame["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(level).not_to_have_text(fitted)
    page.keyboard.press("v")
    click = page.locator(".viewer-sheet").evaluate("each => getComputedStyle(each).transform")
    assert click != "none"
    page.keyboard.press("m")
    expect(page.locator(".viewer-marks.without-marks")).to_have_count(1)


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


def test_a_busy_server_is_asked_again_for_an_image(page: Page, document: Document) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503)

    page.route("**/pages/1/image/**", refuse_once)
    page.goto(address(document))

    expect(page.locator("section.block").first).to_be_visible()
    expect(page.locator(".viewer.loading")).to_have_count(0, timeout=15_000)
    assert page.locator(".viewer-image").evaluate("each => each.naturalWidth") == WIDTH
    assert refused


def test_readings_are_compared(page: Page, document: Document) -> None:
    first = document.pages.get(number=1)
    first.current_reading = make_reading(first, make_layout("Hello world"), run=2)
    first.save()
    opened(page, document)

    page.get_by_role("button", name="2 readings").click()

    dialog = page.locator("#readings-dialog")
    expect(dialog.locator(".differences ins").first).to_contain_text("Helo")
    expect(dialog.locator(".differences del").first).to_contain_text("Hello")


def test_readers_read_and_are_offered_no_change(
    page: Page, document: Document, reviewer: User
) -> None:
    reviewer.memberships.update(role="reader")
    reviewer.is_staff = False
    reviewer.save()

    opened(page, document)

    expect(page.locator("[contenteditable]")).to_have_count(0)
    expect(page.locator(".block-menu")).to_have_count(0)
    expect(page.locator("[data-verb]")).to_have_count(0)
    click_word(page, document, "аренды")
    assert page.evaluate("String([...CSS.highlights.get('doc-word')][0])") == "аренды"


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_on_a_phone_in_the_dark(
    open_browser: Callable[..., BrowserContext],
    document: Document,
    complaints: list[str],
    locale: str,
) -> None:
    context = open_browser(
        viewport={"width": 390, "height": 844}, color_scheme="dark", locale=locale, has_touch=True
    )
    page = listened_to(context.new_page(), complaints)
    opened_page = page
    page.goto(address(document))
    expect(page.locator(".viewer-sheet")).to_be_visible()

    opened_page.get_by_role("button", name="Текст" if locale == "ru-RU" else "Text").tap()

    expect(page.locator("[data-block=b0] .block-text")).to_be_visible()
    expect(page.locator(".viewer-sheet")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []


def test_the_strip_asks_for_one_thumbnail_at_a_time_after_the_page(
    page: Page, document: Document
) -> None:
    """The server draws few pages at once: the one that is looked at comes first."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, document)
    expect(page.locator(".strip-sheet img")).to_have_count(3)

    images = [url for url in asked if "/pages/" in url and ("/image/" in url or "thumb" in url)]
    assert "/pages/1/image/" in images[0]


def test_a_file_that_is_made_on_request_is_downloaded_when_it_is_there(
    page: Page, document: Document
) -> None:
    opened(page, document)
    answers = [202, 200]

    def answer(route: Route) -> None:
        status = answers.pop(0) if answers else 200
        route.fulfill(
            status=status,
            headers={"Retry-After": "1", "Content-Disposition": "attachment; filename=a.pdf"},
            body="%PDF",
        )

    page.route("**/result.pdf", answer)
    page.locator(".doc-more summary").click()
    with page.expect_download() as download:
        page.locator(".doc-more").get_by_text("Searchable PDF").click()

    assert download.value.suggested_filename == "a.pdf"
    assert answers == []


def test_a_page_of_1500_words_is_shown_at_once(page: Page, team: Team) -> None:
    words = "\n".join(" ".join(f"слово{row}" for _ in range(20)) for row in range(75))
    document = make_document(team, pages=[make_layout(words, width=3000, height=3400)])
    page.goto(address(document))
    expect(page.locator("section.block")).to_have_count(1)

    took = page.evaluate(
        """async () => {
            const script = document.querySelector("script[src*='document.js']").src;
            const {documentPage} = await import(script);
            const started = performance.now();
            documentPage.viewer.show({...documentPage.page, imageUrl: "",
                words: documentPage.viewer.words, marks: documentPage.viewer.words.map(
                    ({box}) => ({box, kind: "doubt"}))});
            documentPage.viewer.frame.getBoundingClientRect();
            return [documentPage.viewer.words.length, performance.now() - started];
        }"""
    )

    assert took[0] == 1500
    assert took[1] < 100, "milliseconds"


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


def test_a_document_that_could_not_be_opened_says_why(page: Page, team: Team) -> None:
    document = make_document(team, status=Status.FAILED, error_code="damaged-file")
    page.goto(address(document))

    expect(page.locator(".empty-page")).to_contain_text("The file is damaged")
    page.get_by_role("button", name="Read again…").first.click()
    expect(page.locator("#again-dialog")).to_be_visible()


def test_two_fingers_enlarge_the_scan(
    open_browser: Callable[..., BrowserContext], document: Document
) -> None:
    context = open_browser(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(address(document))
    expect(page.locator("section.block").first).to_be_attached()
    frame = page.locator(".viewer-frame").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 200
    level = page.locator(".viewer-level")
    before = int(level.inner_text().removesuffix(" %"))
    fingers = context.new_cdp_session(page)

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        sent = [] if kind == "touchEnd" else points
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})

    touch("touchStart", 30)
    for apart in (40, 60, 90):
        touch("touchMove", apart)
    touch("touchEnd", 0)

    after = int(level.inner_text().removesuffix(" %"))
    assert after == pytest.approx(before * 3, abs=3)
