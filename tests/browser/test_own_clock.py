"""The page shows the time of the browser's own clock."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from documents.models import Document, Team
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Asia/Vladivostok", "2 Mar 2026, 06:30"), ("Etc/UTC", "1 Mar 2026, 20:30 UTC")],
)
def test_from_the_second_page_on_times_are_the_persons_own(
    zone: str,
    shown: str,
    open_browser: Callable[..., BrowserContext],
    team: Team,
    complaints: list[str],
) -> None:
    draw_pages(make_document(team, title="Lease", pages=["words"]))
    uploaded = datetime.datetime(2026, 3, 1, 20, 30, tzinfo=datetime.timezone.utc)
    Document.objects.update(created_at=uploaded)
    page = listened_to(open_browser(timezone_id=zone).new_page(), complaints)

    page.goto(reverse("admin:index"))
    page.goto(reverse("admin:documents_document_changelist"))

    expect(page.get_by_role("row", name="Lease")).to_contain_text(shown)
    assert complaints == []
