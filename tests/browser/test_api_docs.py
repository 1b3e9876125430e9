"""The page of the API's description: as dark as the archive, and large enough for a fingertip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def open_docs(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/api/docs/")
    expect(page.locator(".opblock").first).to_be_visible()
    return page


def is_dark(page: Page) -> bool:
    """By the colour of its headings: Swagger UI's is dark gray in the light."""
    color = page.locator(".opblock-tag").first.evaluate(
        "heading => getComputedStyle(heading).color"
    )
    return int(color.removeprefix("rgb(").split(",")[0]) > 128


@pytest.mark.parametrize(
    ("device", "chosen", "dark"),
    [("dark", None, True), ("light", None, False), ("dark", "light", False)],
)
def test_it_has_the_theme_that_the_person_chose_else_that_of_the_device(
    open_browser: Callable[..., BrowserContext],
    live_server: Any,
    device: str,
    chosen: str | None,
    dark: bool,
) -> None:
    context = open_browser(color_scheme=device)
    if chosen:
        context.add_cookies([{"name": "theme", "value": chosen, "url": live_server.url}])

    assert is_dark(open_docs(context)) is dark


def test_its_buttons_are_large_enough_for_a_fingertip(
    open_browser: Callable[..., BrowserContext],
) -> None:
    phone = open_browser(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = open_docs(phone)
    for locator in (page.locator(".btn.authorize"), page.locator(".opblock-summary-control").first):
        box = locator.bounding_box()
        assert box is not None and box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
