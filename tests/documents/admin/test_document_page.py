"""A document's page: what a reviewer reads there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from documents import events
from documents.errors import PasswordNeeded
from documents.messages import Message
from documents.models import Status, Team, User
from documents.models.event import EventKind
from documents.models.stored_error import error_fields
from tests.factories import make_document

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


def test_a_document_that_failed_as_a_whole_says_why(browser: Client, team: Team, url: Url) -> None:
    error = PasswordNeeded(
        Message(
            "The PDF opens only with a password. Give it on the document’s page, or upload a copy "
            "without one."
        )
    )
    document = make_document(team, status=Status.FAILED, **error_fields(error))

    page = browser.get(url("change", document)).content.decode()
    russian = browser.get(url("change", document), headers={"accept-language": "ru"})

    assert page.count(error.detail) == 1
    assert "PDF открывается только с паролем." in russian.content.decode()
    assert error.detail not in russian.content.decode()


def test_the_password_of_a_protected_file_is_asked_for(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, status=Status.FAILED, **error_fields(PasswordNeeded()))
    other = make_document(team, pages=["text"])
    action = reverse("admin:documents_document_verb", args=[document.id, "password"])

    assert f'action="{action}' in browser.get(url("change", document)).content.decode()
    assert 'name="password"' not in browser.get(url("change", other)).content.decode()


def test_it_leads_to_the_documents_own_page_and_to_the_desk(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    main = browser.get(url("change", document)).content.decode().partition('id="content"')[2]

    assert f'href="{reverse("web:document", args=[document.id])}"' in main
    assert f'href="{reverse("web:review-desk", args=[document.id])}"' in main


def test_a_reader_sees_the_facts_and_no_buttons(
    reader_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["Plain words"])

    page = reader_browser.get(url("change", document)).content.decode()
    main = page.partition('id="content"')[2]

    assert reverse("web:document", args=[document.id]) in main
    assert 'method="post"' not in main
    assert "<textarea" not in main


def test_nothing_is_offered_for_what_lies_in_the_trash_but_to_take_it_out(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    document.trashed_at = document.created_at
    document.save()

    main = browser.get(url("change", document)).content.decode().partition('id="content"')[2]

    assert main.count('method="post"') == 1
    assert url("verb", document, "restore") in main


def test_the_history_says_what_happened_and_who_did_it(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    events.record(EventKind.CORRECTED, document, reviewer, page=7)

    page = browser.get(url("change", document)).content.decode()

    assert "text corrected: page 7" in page
    assert "<td>reviewer</td>" in page


def test_there_is_nothing_inline_that_the_content_security_policy_would_stop(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, status=Status.PARTIAL, pages=["a", "b"], failed=[2])

    for address in (url("change", document), url("upload"), url("changelist")):
        answer = browser.get(address)
        page = answer.content.decode()
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
