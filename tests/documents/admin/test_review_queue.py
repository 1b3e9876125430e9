"""From the admin one click leads to the review desk; the addresses of its queue lead on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Document, Team
from tests.factories import make_document

Url = Callable[..., str]


@pytest.fixture
def flagged(team: Team) -> Document:
    return make_document(team, title="poor", pages=["a"], flags=["disputed", "lookalikes"])


def desk(document: Document) -> str:
    return reverse("web:review-desk", args=[document.id])


def test_a_document_leads_to_the_desk_by_a_click_or_a_key(
    browser: Client, flagged: Document, url: Url
) -> None:
    page = browser.get(url("change", flagged)).content.decode()

    assert f'href="{desk(flagged)}" data-key="KeyD"' in page


def test_a_row_is_marked_says_why_and_leads_to_the_desk(
    browser: Client, flagged: Document, url: Url
) -> None:
    page = browser.get(f"{url('changelist')}?flag=lookalikes").content.decode()

    assert "⚑ 2" in page and f'href="{desk(flagged)}"' in page
    assert "two readers disagree, Latin and Cyrillic letters in one word" in page


def test_the_addresses_of_the_queue_lead_on(browser: Client, flagged: Document, url: Url) -> None:
    old = browser.get(f"{url('changelist')}?queue=review&flag=disputed&p=1")
    onward = browser.get(url("next", flagged))

    assert old.headers["Location"] == f"{reverse('web:review')}?reason=disputed"
    assert onward.headers["Location"] == desk(flagged)


def test_a_decision_stays_with_the_document(browser: Client, flagged: Document, url: Url) -> None:
    answer = browser.post(url("verb", flagged, "approve"))

    assert answer.headers["Location"] == url("change", flagged)
