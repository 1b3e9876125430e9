"""A page's text put right by a plain form, without any script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from documents.actions.correct import correct
from documents.models import Document, Page, Team, User
from tests.factories import make_document, make_reading

Url = Callable[..., str]


@pytest.fixture
def document(team: Team) -> Document:
    return make_document(team, pages=["Helo\n\nworld"])


def text_of(document: Document) -> str:
    layout = document.pages.get(number=1).layout
    assert layout is not None
    return layout.text


def test_the_text_is_saved_and_the_person_comes_back_to_the_page(
    browser: Client, document: Document, url: Url
) -> None:
    answer = browser.post(
        url("correct", document, 1), {"revision": 0, "block-b0": "Hello", "block-b1": "world"}
    )

    assert text_of(document) == "Hello\n\nworld"
    assert answer.headers["Location"] == f"{url('change', document)}?at=1#page-1"


def test_what_was_typed_is_shown_when_somebody_was_first(
    browser: Client, reviewer: User, document: Document, url: Url
) -> None:
    correct(document.id, 1, {"b0": "Hallo"}, revision=0, actor=reviewer)

    answer = browser.post(url("correct", document, 1), {"revision": 0, "block-b0": "My version"})

    assert answer.status_code == 409
    assert "My version" in answer.content.decode()
    assert text_of(document) == "Hallo\n\nworld"


def test_a_reader_can_not_correct(reader_browser: Client, document: Document, url: Url) -> None:
    answer = reader_browser.post(
        url("correct", document, 1), {"revision": 0, "block-b0": "x"}, follow=True
    )

    assert text_of(document) == "Helo\n\nworld"
    assert "does not allow this" in answer.content.decode()


@pytest.mark.parametrize("fields", [{}, {"revision": "x"}, {"revision": 0, "block-zz": "x"}])
def test_a_form_that_makes_no_sense_changes_nothing(
    fields: dict[str, object], browser: Client, document: Document, url: Url
) -> None:
    answer = browser.post(url("correct", document, 1), fields, follow=True)

    assert answer.status_code == 200
    assert text_of(document) == "Helo\n\nworld"
    assert Page.objects.get().revision == 0


def test_the_newer_reading_is_taken(
    browser: Client, reviewer: User, document: Document, url: Url
) -> None:
    correct(document.id, 1, {"b0": "Hello"}, revision=0, actor=reviewer)
    page = document.pages.get()
    page.current_reading = make_reading(page, "Read better", run=2)
    page.save()

    browser.post(url("accept", document, 1), {"revision": 1})

    assert text_of(document) == "Read better"
