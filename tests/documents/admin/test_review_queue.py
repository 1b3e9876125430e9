"""The review queue: what to look at first, and the way from one document to the next."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from documents.models import Document, Team
from tests.factories import make_document, make_team

Url = Callable[..., str]

QUEUE = "queue=review"


def titles(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'data-title="([^"]+)"', page)


def handed_on(filters: str) -> str:
    return urlencode({"_changelist_filters": filters})


@pytest.fixture
def queue(team: Team) -> dict[str, Document]:
    """In the order of trust: unknown, poor, fair. Others that do not belong there."""
    make_document(team, title="not flagged", pages=["a"], confidence=0.1)
    make_document(team, title="decided", pages=["a"], flags=["disputed"], review_status="approved")
    make_document(team, title="unread", flags=["disputed"], status="processing")
    make_document(team, title="failed", flags=["disputed"], status="failed")
    make_document(make_team(), title="others", pages=["a"], flags=["disputed"])
    return {
        "fair": make_document(team, title="fair", pages=["a"], flags=["disputed"], confidence=0.9),
        "unknown": make_document(
            team, title="unknown", pages=["a"], flags=["repetition"], confidence=None
        ),
        "poor": make_document(
            team, title="poor", pages=["a", None], failed=[2], status="partial",
            flags=["disputed", "lookalikes"], confidence=0.3,
        ),
    }  # fmt: skip


def test_it_has_what_is_flagged_and_undecided_and_begins_with_the_least_trusted(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    assert titles(browser, f"{url('changelist')}?{QUEUE}") == ["unknown", "poor", "fair"]
    assert titles(browser, f"{url('changelist')}?{QUEUE}&flag=disputed") == ["poor", "fair"]
    assert titles(browser, f"{url('changelist')}?flag=lookalikes") == ["poor"]
    assert titles(browser, f"{url('changelist')}?flag=odd") == []


def test_no_column_is_called_the_one_it_is_sorted_by(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    assert "sorted" in browser.get(url("changelist")).content.decode()
    assert "sorted" not in browser.get(f"{url('changelist')}?{QUEUE}").content.decode()
    by_title = browser.get(f"{url('changelist')}?{QUEUE}&o=2").content.decode()
    assert re.findall(r'data-title="([^"]+)"', by_title) == ["fair", "poor", "unknown"]


def test_a_row_is_marked_and_says_why(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    page = browser.get(f"{url('changelist')}?flag=lookalikes").content.decode()

    assert "⚑ 2" in page
    assert "two readers disagree, Latin and Cyrillic letters in one word" in page


def test_who_has_decided_sees_the_next_and_in_the_end_the_list(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    query = f"?{handed_on(QUEUE)}"

    for now, then in (("unknown", "poor"), ("poor", "fair")):
        answer = browser.post(url("verb", queue[now], "approve") + query)
        assert answer.headers["Location"] == url("change", queue[then]) + query
    answer = browser.post(url("verb", queue["fair"], "reject") + query, follow=True)

    assert answer.redirect_chain == [(f"{url('changelist')}?{QUEUE}", 302)]
    assert "There is nothing left to review here." in answer.content.decode()


def test_who_passes_one_over_comes_to_it_after_the_last(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    query = f"?{handed_on(QUEUE)}"
    assert (
        url("next", queue["unknown"])
        in browser.get(url("change", queue["unknown"]) + query).content.decode()
    )

    seen, now = [], "unknown"
    for _ in range(3):
        answer = browser.get(url("next", queue[now]) + query, follow=True)
        now = answer.context["document"].title
        seen.append(now)

    assert seen == ["poor", "fair", "unknown"]


def test_the_filters_of_the_list_hold_for_the_next_and_its_order_does_not(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    query = f"?{handed_on(QUEUE + '&flag=disputed&o=-2&p=1')}"

    answer = browser.get(url("next", queue["fair"]) + query)

    assert answer.headers["Location"] == url("change", queue["poor"]) + query


def test_who_came_from_elsewhere_stays_with_the_document(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    page = browser.get(url("change", queue["fair"])).content.decode()
    answer = browser.post(url("verb", queue["fair"], "approve"))

    assert url("next", queue["fair"]) not in page
    assert answer.headers["Location"] == url("change", queue["fair"])


def test_the_queue_of_others_is_theirs(
    stranger_browser: Client, queue: dict[str, Document], url: Url
) -> None:
    assert titles(stranger_browser, f"{url('changelist')}?{QUEUE}") == []
    answer = stranger_browser.get(url("next", queue["fair"]) + f"?{handed_on(QUEUE)}")
    assert url("change", queue["poor"]) not in answer.headers["Location"]


def test_what_is_refused_is_not_passed_over(
    browser: Client, queue: dict[str, Document], url: Url
) -> None:
    answer = browser.post(
        url("verb", queue["poor"], "approve") + f"?{handed_on(QUEUE)}", {"version": 99}
    )

    assert url("change", queue["poor"]) in answer.headers["Location"]
