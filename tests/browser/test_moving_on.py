"""A document is read on while somebody has its page open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect

from documents.models import Document, PageStatus, Status, Team
from tests.browser.conftest import draw_pages, holds_on
from tests.factories import make_document, make_reading

#: Milliseconds: a look every two seconds, then a quiet moment, on a machine with more to do.
PATIENCE = 15_000


@pytest.fixture
def document(team: Team) -> Document:
    """Its first page is read, the others wait."""
    document = make_document(
        team, title="Lease", status=Status.PROCESSING, pages=["First words", None, None]
    )
    draw_pages(document)
    return document


def address(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.id])


def read(document: Document, number: int) -> None:
    page = document.pages.get(number=number)
    page.current_reading = make_reading(page, f"Words of page {number}")
    page.status = PageStatus.DONE
    page.save()
    done = document.pages.filter(status=PageStatus.DONE).count()
    status = Status.READY if done == document.page_count else Status.PROCESSING
    Document.objects.filter(id=document.id).update(pages_done=done, status=status)


def read_all(document: Document) -> None:
    for number in (2, 3):
        read(document, number)


def first(page: Page) -> Locator:
    return page.get_by_label("Page 1, block 1")


def notice(page: Page) -> Locator:
    return page.get_by_text("The document has changed.")


def expect_second_page(page: Page) -> None:
    text = page.get_by_label("Page 2, block 1")
    expect(text).to_have_value("Words of page 2", timeout=PATIENCE)


def expect_notice(page: Page) -> None:
    expect(notice(page)).to_be_visible(timeout=PATIENCE)


def test_what_was_waited_for_appears_by_itself(page: Page, document: Document) -> None:
    page.goto(address(document))
    expect(page.locator("#page-2")).to_contain_text("This page has not been read yet.")

    read_all(document)

    expect_second_page(page)
    expect(notice(page)).to_be_hidden()


def test_what_comes_page_by_page_comes_at_most_every_ten_seconds(
    page: Page, document: Document
) -> None:
    def let_time_pass_until_shown(number: int) -> None:
        text = page.get_by_label(f"Page {number}, block 1")
        for _ in range(60):
            if text.is_visible():
                return
            page.clock.run_for(1_000)
            page.wait_for_timeout(100)  # answers come by a clock that nobody turns
        raise AssertionError(f"Page {number} was not shown.")

    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.add_init_script("onload = () => { name += `${Date.now()} `; }")  # a window keeps its name
    page.goto(address(document))
    for number in (2, 3):
        read(document, number)
        let_time_pass_until_shown(number)

    opened, first_time, second_time = map(int, page.evaluate("name").split())
    assert first_time - opened < 10_000
    assert second_time - first_time >= 10_000


def test_who_is_writing_is_told_and_shown_it_once_they_have_saved_and_left(
    page: Page, document: Document
) -> None:
    page.goto(address(document))
    first(page).fill("My words")
    first(page).blur()

    read_all(document)

    expect_notice(page)
    page.wait_for_timeout(2_500)
    expect(first(page)).to_have_value("My words")
    first(page).press("Control+Enter")
    expect(page.locator("#page-1 .outcome")).to_have_text("Saved.")
    expect_notice(page)
    expect(first(page)).to_be_focused()
    first(page).blur()
    expect_second_page(page)
    expect(first(page)).to_have_value("My words")


def test_who_does_not_want_to_wait_is_shown_it_by_a_click(page: Page, document: Document) -> None:
    page.goto(address(document))
    first(page).focus()
    read_all(document)
    expect_notice(page)

    page.get_by_role("button", name="Show it").click()

    expect_second_page(page)


def test_a_selection_is_not_dropped(page: Page, document: Document) -> None:
    page.goto(address(document))
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#page-1 h2'))")

    read_all(document)
    expect_notice(page)
    page.wait_for_timeout(2_500)
    assert page.evaluate("String(getSelection())") == "Page 1"

    page.evaluate("getSelection().removeAllRanges()")
    expect_second_page(page)


def test_what_is_opened_is_not_closed(page: Page, document: Document) -> None:
    page.goto(address(document))
    page.get_by_text("History", exact=True).click()
    page.locator("h1").click()

    read_all(document)

    expect_notice(page)
    page.wait_for_timeout(2_500)
    expect(page.locator("#history table")).to_be_visible()


def test_a_title_that_was_not_saved_is_not_left_behind_unasked(
    page: Page, document: Document
) -> None:
    page.goto(address(document))
    assert not holds_on(page)
    page.get_by_text("Title, language, tags").click()
    page.get_by_label("Title", exact=True).fill("Rent")
    assert holds_on(page)

    page.on("dialog", lambda dialog: dialog.dismiss())  # who was asked would stay
    page.locator("details.panel").get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Rent")).to_be_visible()


def test_who_is_logged_out_is_told_and_goes_on_where_they_are_once_logged_in(
    open_browser: Callable[..., BrowserContext], document: Document
) -> None:
    context = open_browser()
    session = [
        cookie for cookie in context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME
    ]
    page = context.new_page()
    page.goto(address(document))
    bar = page.get_by_role("progressbar", name="Reading of Lease")
    expect(bar).to_be_visible()

    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    told = page.get_by_text("You are logged out, so progress is no longer updated here.")
    expect(told).to_be_visible(timeout=PATIENCE)
    expect(bar).to_be_hidden()

    context.add_cookies(session)  # type: ignore[arg-type]
    page.dispatch_event("html", "visibilitychange")  # they come back to the tab
    expect(told).to_be_hidden()
    expect(bar).to_be_visible()
    read_all(document)
    expect_second_page(page)
