"""From a document back to the list as it was: its filters, search, order and page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from documents.models import Team
from tests.factories import make_document

Url = Callable[..., str]

LIST = "review_status__exact=unreviewed&q=счёт 7&p=2"
KEPT = f"?_changelist_filters={quote(LIST)}"


def brought_back(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_the_list_hands_its_filters_on(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, title="Lease")

    page = browser.get(f"{url('changelist')}?q=lease").content.decode()

    assert f'{url("change", document)}?_changelist_filters=q%3Dlease"' in page


def test_the_breadcrumb_leads_back_to_the_list_as_it_was(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    answer = browser.get(url("change", document) + KEPT)

    back = answer.context["list_url"]
    assert urlsplit(back).path == url("changelist")
    assert brought_back(back) == parse_qs(LIST)
    assert f'href="{back.replace("&", "&amp;")}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("view", "more", "form"),
    [
        ("verb", ["approve"], {}),
        ("verb", ["read-again"], {"pages": "all"}),
        ("details", [], {"title": "Better"}),
    ],
)
def test_whatever_is_done_to_the_document_the_way_back_stays(
    view: str, more: list[object], form: dict[str, object], browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    action = url(view, document, *more)

    page = browser.get(url("change", document) + KEPT).content.decode()
    there = browser.post(action + KEPT, form).headers["Location"]

    assert f'action="{action}?_changelist_filters=' in page
    assert urlsplit(there).path == url("change", document)
    assert brought_back(there)["_changelist_filters"] == [LIST]


def test_who_came_from_elsewhere_goes_to_the_whole_list(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    answer = browser.get(url("change", document))

    assert answer.context["list_url"] == url("changelist")
    assert "_changelist_filters" not in answer.content.decode()


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example/",
        "https://evil.example/?q=x",
        "q=x\r\nSet-Cookie: a=b",
        "#x",
        '"><script>alert(1)</script>',
        "&" * 1999,
        "q=" + "x" * 100_000,
    ],
)
def test_it_leads_nowhere_but_to_the_list(evil: str, browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, pages=["words"])
    kept = f"?_changelist_filters={quote(evil)}"

    answer = browser.get(url("change", document) + kept)
    there = browser.post(url("verb", document, "approve") + kept).headers["Location"]

    assert urlsplit(answer.context["list_url"])[:3] == ("", "", url("changelist"))
    assert len(answer.context["list_url"]) < 10_000
    assert urlsplit(there)[:3] == ("", "", url("change", document))
    assert "\n" not in there
    assert "<script>alert" not in answer.content.decode()
