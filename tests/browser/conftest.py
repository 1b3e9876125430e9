"""A real browser before the real site: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from documents.exports.page_images import store_page_image, store_page_thumbnail, store_thumbnail
from documents.models import Document, Team, User
from tests.chromium import FLAGS, NAMES
from tests.factories import make_team, make_user


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all tests here. While it is there, Playwright keeps an event loop in this thread,
    and Django would refuse its database beside it."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = "there is no Chromium here"
        if os.environ.get("CI"):
            pytest.fail(f"{message}, and in CI there must be")
        pytest.skip(message)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def team(transactional_db: None) -> Team:
    return make_team("Accounts")


@pytest.fixture
def reviewer(team: Team) -> User:
    return make_user("reviewer", team=team, is_staff=True)


@pytest.fixture
def open_browser(
    chromium: Browser, live_server: Any, reviewer: User
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser in which the reviewer is logged in; options are those of a Playwright context."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> BrowserContext:
        client = Client()
        client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
        context = chromium.new_context(
            base_url=live_server.url, **{"locale": "en-GB", "reduced_motion": "reduce", **options}
        )
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of: errors of scripts, refused by the policy, not found."""
    return []


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext], complaints: list[str]) -> Page:
    return listened_to(open_browser().new_page(), complaints)


def listened_to(page: Page, complaints: list[str]) -> Page:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    return page


def holds_on(page: Page) -> bool:
    """Whether the page would ask before it is left."""
    return bool(
        page.evaluate(
            """() => {
                const leaving = new Event("beforeunload", {cancelable: true});
                window.dispatchEvent(leaving);
                return leaving.defaultPrevented;
            }"""
        )
    )


def draw_pages(document: Document) -> None:
    """Give every page of the document, and the document, its images: white sheets."""
    sheet = io.BytesIO()
    Image.new("RGB", (124, 175), "white").save(sheet, "WEBP")
    store_thumbnail(document.id, sheet.getvalue())
    for number in document.pages.values_list("number", flat=True):
        store_page_image(document.id, number, 0, sheet.getvalue())
        store_page_thumbnail(document.id, number, 0, sheet.getvalue())


@pytest.fixture
def second(team: Team) -> Team:
    """Another team of the reviewer."""
    second = make_team("Second")
    second.memberships.create(user=team.members.get())
    return second
