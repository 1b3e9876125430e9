"""Times are those of the clock of whoever looks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Document, Team
from tests.factories import make_document

pytestmark = pytest.mark.any_database

Url = Callable[..., str]

UTC = datetime.timezone.utc


@pytest.fixture
def document(team: Team) -> Document:
    """Uploaded at 20:30 UTC on the 1st; in Vladivostok it was 6:30 on the 2nd."""
    document = make_document(team, title="Lease", pages=["words"])
    Document.objects.update(created_at=datetime.datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    return document


def in_vladivostok(client: Client) -> Client:
    client.cookies["timezone"] = "Asia/Vladivostok"
    return client


def test_the_list_and_the_document_show_the_persons_own_time(
    browser: Client, document: Document, url: Url
) -> None:
    for address in (url("changelist"), url("change", document)):
        page = in_vladivostok(browser).get(address).content.decode()

        assert "2 Mar 2026, 06:30" in page
        assert "UTC" not in page.partition('id="content"')[2]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 5000, "America"])
def test_where_the_zone_is_not_known_times_say_that_they_are_utc(
    zone: str, browser: Client, document: Document, url: Url
) -> None:
    browser.cookies["timezone"] = zone

    for address in (url("changelist"), url("change", document)):
        assert "1 Mar 2026, 20:30 UTC" in browser.get(address).content.decode()


def test_the_history_and_the_decision_are_told_in_it_too(
    browser: Client, document: Document, url: Url
) -> None:
    browser.post(url("verb", document, "approve"))
    at = datetime.datetime(2026, 3, 1, 21, 30, tzinfo=UTC)
    Document.objects.update(reviewed_at=at)
    document.events.update(created_at=at)

    page = in_vladivostok(browser).get(url("change", document)).content.decode()

    assert "reviewer, 2 Mar 2026, 07:30" in page
    assert re.search(r"<time[^>]*>2 March 2026, 07:30</time>", page)


def test_today_is_the_persons_day(
    browser: Client, team: Team, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_document(team, title="yesterday in Vladivostok, today in UTC")
    Document.objects.update(created_at=datetime.datetime(2026, 3, 1, 13, 0, tzinfo=UTC))
    monkeypatch.setattr(
        "django.utils.timezone.now",
        lambda: datetime.datetime(2026, 3, 1, 20, 30, tzinfo=UTC),
    )

    def today(client: Client) -> str:
        links = re.findall(r'href="([^"]+)">Today<', client.get(url("changelist")).content.decode())
        return client.get(url("changelist") + links[0].replace("&amp;", "&")).content.decode()

    assert "yesterday in" in today(browser)
    assert "yesterday in" not in today(in_vladivostok(browser))


def test_the_api_speaks_utc_to_everyone(browser: Client, document: Document) -> None:
    address = reverse("api:documents")
    client = in_vladivostok(browser)

    assert client.get(address).json()["results"][0]["created_at"] == "2026-03-01T20:30:00Z"
    assert client.get(f"{address}?created_after=2026-03-02").json()["results"] == []


def test_every_page_brings_the_script_that_tells_the_zone(browser: Client, url: Url) -> None:
    for address in (url("changelist"), reverse("log-in")):
        assert "/documents/web/timezone.js" in browser.get(address, follow=True).content.decode()
