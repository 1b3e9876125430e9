"""The reviewer's bar: fifty pages with three doubts each, from log-in to done, without a mouse."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from documents.models import Document, Team, User
from tests.browser.conftest import listened_to
from tests.browser.review_bar import log_in_by_keys, p95, review_all
from tests.doubtful_pages import plant_doubtful

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PAGES = 50
#: Keys a page when all readings are right; milliseconds.
MOST_KEYS = 5
NEXT_DOUBT = 300
NEXT_DOCUMENT = 1000


def test_fifty_pages_are_reviewed_by_keys_alone_and_without_waiting(
    chromium: Browser, live_server: Any, team: Team, reviewer: User, complaints: list[str]
) -> None:
    for number in range(PAGES):
        plant_doubtful(team, number)
    context = chromium.new_context(base_url=live_server.url, locale="en-GB")
    page = listened_to(context.new_page(), complaints)
    page.set_default_timeout(20_000)
    log_in_by_keys(page, reviewer.username)

    figures = review_all(page, PAGES)
    print(figures)
    context.close()

    assert Document.objects.filter(review_status="approved", reviewed_by=reviewer).count() == PAGES
    assert figures.keys_a_page <= MOST_KEYS
    assert p95(figures.doubts) <= NEXT_DOUBT
    assert p95(figures.documents) <= NEXT_DOCUMENT
    assert complaints == []
