"""A reviewer reads and corrects a document."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect

from documents.actions.correct import correct
from documents.models import Document, Team, User
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document


@pytest.fixture
def document(team: Team) -> Document:
    document = make_document(
        team, title="Lease", pages=["Helo world\n\nSecond block", "Page two", "Page three"]
    )
    draw_pages(document)
    return document


def address(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.id])


def text_of(document: Document, number: int = 1) -> str:
    layout = document.pages.get(number=number).layout
    assert layout is not None
    return layout.text


def test_a_text_is_corrected_in_place(
    page: Page, document: Document, reviewer: User, complaints: list[str]
) -> None:
    page.goto(address(document))
    block = page.get_by_label("Page 1, block 1")
    outcome = page.locator("#page-1 .outcome")

    block.fill("Hello world")
    expect(outcome).to_have_text("Not saved yet.")
    block.press("Control+Enter")
    expect(outcome).to_have_text("Saved.")
    assert text_of(document) == "Hello world\n\nSecond block"

    block.fill("Hello, world")
    page.locator("#page-1").get_by_role("button", name="Save the text").click()
    expect(outcome).to_have_text("Saved.")

    assert text_of(document) == "Hello, world\n\nSecond block"
    assert document.pages.get(number=1).revision == 2
    revision = document.pages.get(number=1).current_revision
    assert revision is not None
    assert revision.author == reviewer
    assert complaints == []


def test_who_comes_second_is_told_and_keeps_what_was_typed(
    page: Page, document: Document, reviewer: User
) -> None:
    page.goto(address(document))
    correct(document.id, 1, {"b0": "Somebody else's"}, revision=0, actor=reviewer)
    block = page.get_by_label("Page 1, block 1")

    block.fill("Mine")
    block.press("Control+Enter")

    section = page.locator("#page-1")
    expect(section.locator(".outcome")).to_contain_text("Someone else changed this page first.")
    expect(block).to_have_value("Mine")
    assert text_of(document).startswith("Somebody else's")

    page.on("dialog", lambda dialog: dialog.accept())
    section.get_by_role("link", name="Reload the page").click()
    expect(page.get_by_label("Page 1, block 1")).to_have_value("Somebody else's")


def test_the_page_is_loaded_again_where_the_address_already_is_its_own(
    page: Page, document: Document, reviewer: User
) -> None:
    page.goto(f"{address(document)}?at=1#page-1")
    correct(document.id, 1, {"b0": "Somebody else's"}, revision=0, actor=reviewer)
    block = page.get_by_label("Page 1, block 1")
    block.fill("Mine")
    block.press("Control+Enter")

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Reload the page").click()

    expect(page.get_by_label("Page 1, block 1")).to_have_value("Somebody else's")


def test_what_is_typed_while_a_save_is_underway_is_saved_after_it(
    page: Page, document: Document
) -> None:
    sent: list[Route] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route("**/pages/1/text/", hold_the_first)
    page.goto(address(document))
    block = page.get_by_label("Page 1, block 1")
    outcome = page.locator("#page-1 .outcome")
    block.fill("Hello")
    block.press("Control+Enter")
    expect(outcome).to_have_text("Saving…")

    block.fill("Hello world")
    block.press("Control+Enter")
    page.wait_for_timeout(200)
    assert len(sent) == 1
    sent[0].continue_()

    expect(outcome).to_have_text("Saved.")
    assert text_of(document) == "Hello world\n\nSecond block"
    assert document.pages.get(number=1).revision == 2


def test_a_save_key_held_down_saves_once(page: Page, document: Document) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(address(document))
    block = page.get_by_label("Page 1, block 1")
    block.fill("Hello world")

    page.keyboard.down("Control")
    for _ in range(5):
        page.keyboard.down("Enter")
        page.wait_for_timeout(50)
    expect(page.locator("#page-1 .outcome")).to_have_text("Saved.")

    assert sent.count("PUT") == 1


def test_a_block_and_its_place_light_up_together(page: Page, document: Document) -> None:
    page.goto(address(document))
    place = page.locator("#page-1 rect.block").nth(1)
    text = page.get_by_label("Page 1, block 2")

    text.hover()
    expect(place).to_have_class("block marked")
    page.mouse.move(0, 0)
    expect(place).to_have_class("block")
    place.click()
    expect(text).to_be_focused()


def test_keys_lead_from_page_to_page(page: Page, document: Document) -> None:
    page.goto(address(document))

    for key, number in (("n", 1), ("n", 2), ("n", 3), ("p", 2)):
        page.keyboard.press(key)
        expect(page.locator(f"#page-{number}")).to_be_focused()
        expect(page.locator(f"#page-{number}")).to_be_in_viewport()


def test_keys_are_where_they_are_in_a_layout_without_their_letters(
    page: Page, document: Document
) -> None:
    page.goto(address(document))

    for key, code, number in (("т", "KeyN", 1), ("т", "KeyN", 2), ("з", "KeyP", 1)):
        page.dispatch_event("body", "keydown", {"key": key, "code": code})
        expect(page.locator(f"#page-{number}")).to_be_focused()


def test_keys_lead_over_the_border_of_what_is_shown_at_once(page: Page, team: Team) -> None:
    document = make_document(team, title="Lease", pages=[f"Text {n}" for n in range(1, 22)])
    page.goto(f"{address(document)}?at=21#page-21")

    for key, number in (("p", 20), ("p", 19), ("n", 20), ("n", 21)):
        page.keyboard.press(key)
        expect(page.locator(f"#page-{number}")).to_be_focused()
        expect(page.locator(f"#page-{number}")).to_be_in_viewport()


def test_letters_typed_into_a_text_are_letters(page: Page, document: Document) -> None:
    page.goto(address(document))
    block = page.get_by_label("Page 1, block 1")

    block.focus()
    block.press("End")
    block.type(" np")

    expect(block).to_have_value("Helo world np")
    expect(block).to_be_focused()


def test_a_document_is_approved_by_a_click(page: Page, document: Document) -> None:
    page.goto(address(document))

    page.get_by_role("button", name="Approve").click()

    expect(page.locator(".messagelist")).to_have_text("The document is approved.")
    document.refresh_from_db()
    assert document.review_status == "approved"


def test_a_busy_server_is_asked_again_for_an_image(page: Page, document: Document) -> None:
    asked: list[str] = []

    def busy_at_first(route: Route) -> None:
        asked.append(route.request.method)
        if len(asked) < 3:
            route.fulfill(status=503)
        else:
            route.continue_()

    page.route("**/pages/1/image/**", busy_at_first)
    page.goto(address(document))

    image = page.get_by_alt_text("Image of page 1")
    expect(image).to_have_js_property("naturalWidth", 124, timeout=20_000)


def test_an_image_that_came_late_is_shown(page: Page, document: Document) -> None:
    answers = iter([503])  # the first look fails, the question why finds it there

    def busy_once(route: Route) -> None:
        status = next(answers, None)
        if status:
            route.fulfill(status=status)
        else:
            route.continue_()

    page.route("**/pages/1/image/**", busy_once)
    page.goto(address(document))

    image = page.get_by_alt_text("Image of page 1")
    expect(image).to_have_js_property("naturalWidth", 124, timeout=20_000)


def test_an_image_that_can_not_be_made_is_given_up_at_once(page: Page, document: Document) -> None:
    asked: list[str] = []

    def damaged(route: Route) -> None:
        asked.append(route.request.method)
        route.fulfill(status=422)

    page.route("**/pages/1/image/**", damaged)
    page.goto(address(document))

    expect(page.locator("#page-1 .sheet")).to_have_text("The image could not be loaded.")
    assert asked == ["GET", "HEAD"]


def test_one_failure_of_an_image_is_looked_into_once(page: Page, document: Document) -> None:
    held: list[Route] = []

    def hold_the_question(route: Route) -> None:
        if route.request.method == "HEAD":
            held.append(route)
        else:
            route.fulfill(status=503)

    page.route("**/pages/1/image/**", hold_the_question)
    page.goto(address(document))
    image = page.get_by_alt_text("Image of page 1")
    expect(image).to_have_attribute("data-tries", "1")

    image.dispatch_event("error")
    page.wait_for_timeout(300)

    assert len(held) == 1
    assert image.get_attribute("data-tries") == "1"


def test_without_a_script_a_form_saves_the_text(
    open_browser: Callable[..., BrowserContext], document: Document
) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    page.goto(address(document))

    page.get_by_label("Page 1, block 1").fill("Hello world")
    page.locator("#page-1").get_by_role("button", name="Save the text").click()

    expect(page.locator(".messagelist")).to_have_text("The text of page 1 is saved.")
    assert text_of(document) == "Hello world\n\nSecond block"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    scheme: str,
    open_browser: Callable[..., BrowserContext],
    document: Document,
    complaints: list[str],
) -> None:
    context = open_browser(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="ru-RU"
    )
    page = listened_to(context.new_page(), complaints)

    for path in (
        address(document),
        reverse("web:inbox"),
        reverse("web:documents"),
        f"{reverse('web:documents')}?layout=grid",
        f"{reverse('web:documents')}?layout=split",
        reverse("admin:documents_document_changelist"),
        reverse("admin:index"),
    ):
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, path
    assert complaints == []
