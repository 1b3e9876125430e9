"""A link to a file is made on the document's page, copied, and opens it without a log-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from documents.files.keys import original_key, result_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.browser.conftest import listened_to
from tests.browser.document_page import make_lease, opened

PDF = b"%PDF-1.4 the original"


@pytest.fixture
def document(team: Team) -> Document:
    document = make_lease(team)
    archive().write(original_key(document.id, document.filename), PDF)
    archive().write(result_key(document.id, "txt"), "Договор".encode())
    return document


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext], complaints: list[str]) -> Page:
    context = open_browser(permissions=["clipboard-read", "clipboard-write"])
    return listened_to(context.new_page(), complaints)


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_link_is_copied_by_two_keys(
    page: Page, document: Document, complaints: list[str]
) -> None:
    opened(page, document)

    page.keyboard.press("l")
    page.keyboard.press("Enter")

    said = page.get_by_role("dialog").get_by_role("status")
    expect(said).to_contain_text("Copied. The link opens the file until")
    link = copied(page)
    assert page.locator("#link-dialog [name=link]").input_value() == link
    assert requests.get(link, timeout=10).content == PDF  # no cookie, no token
    assert requests.get(link.replace("signature=", "signature=x"), timeout=10).status_code == 401
    page.keyboard.press("Escape")
    expect(page.locator("#link-dialog")).to_be_hidden()
    assert complaints == []


def test_the_file_and_the_time_are_chosen(page: Page, document: Document) -> None:
    opened(page, document)
    page.locator(".doc-more > summary").click()
    page.get_by_role("button", name="Copy link…").click()
    dialog = page.get_by_role("dialog", name="Link to a file")

    dialog.get_by_label("File").select_option("Plain text")
    dialog.get_by_label("Opens for").select_option("a day")
    dialog.get_by_role("button", name="Copy link").click()

    expect(dialog.get_by_role("status")).to_contain_text("Copied")
    assert requests.get(copied(page), timeout=10).text == "Договор"
    dialog.get_by_label("File").select_option("Original")
    expect(dialog.get_by_label("Link", exact=True)).to_be_hidden()  # it was another file's


def test_it_is_there_in_russian_and_without_a_clipboard(
    open_browser: Callable[..., BrowserContext], document: Document
) -> None:
    page = open_browser(locale="ru-RU").new_page()
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error());"
        "document.execCommand = () => false;"
    )
    opened(page, document)

    page.keyboard.press("l")
    dialog = page.get_by_role("dialog", name="Ссылка на файл")
    dialog.get_by_role("button", name="Копировать ссылку").click()

    expect(dialog.get_by_role("status")).to_contain_text("Ctrl+C")
    selected = "() => String(getSelection())"
    assert page.evaluate(selected) == dialog.get_by_label("Ссылка", exact=True).input_value()
