"""Somebody logs out and in again in another tab; the page they had open still works."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from documents.models import Document, Team
from tests.browser.conftest import draw_pages
from tests.factories import PASSWORD, make_document


@pytest.fixture
def document(team: Team) -> Document:
    document = make_document(team, title="Lease", pages=["Helo world"])
    draw_pages(document)
    return document


def address(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.id])


def pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + name.encode()}


def log_out(context: BrowserContext) -> None:
    """As another tab of the same browser does: the cookies are shared."""
    _send(context, reverse("admin:logout"))


def log_in(context: BrowserContext) -> None:
    _send(context, reverse("log-in"), username="reviewer", password=PASSWORD)


def _send(context: BrowserContext, path: str, **form: str | float | bool) -> None:
    # Not by a page: one that is closed while it still loads may keep the browser forever.
    context.request.get(reverse("log-in"))
    cookies = {str(cookie.get("name")): str(cookie.get("value")) for cookie in context.cookies()}
    answer = context.request.post(
        path, form={"csrfmiddlewaretoken": cookies[settings.CSRF_COOKIE_NAME], **form}
    )
    assert answer.ok, answer.status_text


def log_in_again(context: BrowserContext) -> None:
    log_out(context)
    log_in(context)


def test_a_text_is_saved_after_logging_in_again(page: Page, document: Document) -> None:
    page.goto(reverse("web:document", args=[document.id]))
    text = page.locator("[data-block=b0] .block-text")
    text.fill("Hello world")

    log_out(page.context)
    text.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("You are logged out.")
    log_in(page.context)
    text.press("Control+Enter")

    expect(page.locator(".save-state")).to_have_text("Saved")
    assert document.pages.get().layout.text == "Hello world"  # type: ignore[union-attr]


def test_a_button_works_after_logging_in_again(page: Page, document: Document) -> None:
    page.goto(address(document))
    log_in_again(page.context)

    page.get_by_role("button", name="Approve").click()

    expect(page.locator(".messagelist")).to_have_text("The document is approved.")


def test_files_refused_for_want_of_a_log_in_are_taken_after_it(page: Page, team: Team) -> None:
    page.goto(reverse("web:inbox"))
    log_out(page.context)
    page.set_input_files("#upload-files", [pdf("a"), pdf("b"), pdf("c")])
    refused = page.locator(".tray-row.refused")
    expect(refused).to_have_count(3)
    expect(refused.first).to_contain_text("You are logged out.")
    log_in(page.context)

    refused.first.get_by_role("button", name="Try again").click()
    expect(refused).to_have_count(2)
    page.get_by_role("button", name="Try all again").click()

    expect(refused).to_have_count(0)
    expect(page.get_by_role("button", name="Try all again")).to_be_hidden()


def test_a_file_refused_for_want_of_a_token_is_taken_once_there_is_one(page: Page) -> None:
    page.goto(reverse("web:inbox"))
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.set_input_files("#upload-files", [pdf("a")])
    expect(page.locator(".tray-row.refused")).to_have_count(1)
    page.context.new_page().goto(reverse("web:inbox"))

    page.get_by_role("button", name="Try again").click()

    expect(page.locator(".tray-row.reading")).to_have_count(1)
