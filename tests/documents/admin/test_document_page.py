"""A document's page: what a reviewer reads there."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from documents import events
from documents.actions.correct import correct
from documents.errors import PasswordNeeded
from documents.messages import Message
from documents.models import Status, Team, User
from documents.models.event import EventKind
from documents.models.stored_error import error_fields
from tests.factories import make_document, make_page, make_reading

Url = Callable[..., str]


def test_a_page_has_its_image_beside_its_text(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, pages=["First words\n\nSecond words"])

    page = browser.get(url("change", document)).content.decode()

    assert reverse("api:page-image", args=[document.id, 1]) in page
    assert "First words</textarea>" in page
    assert "Second words</textarea>" in page
    assert "<li>Tesseract</li>" in page
    assert "confidence 95%" in page


def test_a_long_document_opens_with_twenty_pages(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, pages=[f"Text {number}." for number in range(1, 46)])

    start = browser.get(url("change", document)).content.decode()
    middle = browser.get(f"{url('change', document)}?at=33").content.decode()
    end = browser.get(f"{url('change', document)}?at=999999").content.decode()

    assert "Text 20." in start
    assert "Text 21." not in start
    assert "Pages 1–20 of 45" in start
    assert "Text 21." in middle
    assert "Text 40." in middle
    assert "Text 45." in end
    assert "Text 40." not in end


def test_failed_pages_are_on_top_with_their_reason(browser: Client, team: Team, url: Url) -> None:
    document = make_document(
        team, status=Status.PARTIAL, pages=["fine", "broken", "fine"], failed=[2]
    )

    page = browser.get(url("change", document)).content.decode()

    top, _, pages = page.partition('id="page-1"')
    assert "1 page could not be read" in top
    assert "The page is damaged" in top
    assert "?at=2#page-2" in top
    assert "The page is damaged" in pages


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


def test_what_was_read_is_never_markup(browser: Client, team: Team, url: Url) -> None:
    evil = "</textarea><script>alert(1)</script>"
    document = make_document(team, title=evil, pages=[evil], tags=[evil], filename=f"{evil}.pdf")

    for address in (url("change", document), url("changelist")):
        assert "<script>alert" not in browser.get(address).content.decode()


def test_a_reader_sees_the_text_and_no_buttons(
    reader_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["Plain words"])

    page = reader_browser.get(url("change", document)).content.decode()
    main = page.partition('id="content"')[2]

    assert "Plain words" in main
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


def test_a_newer_reading_is_offered_beside_a_correction(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["Helo"])
    correct(document.id, 1, {"b0": "Hello"}, revision=0, actor=reviewer)
    page = document.pages.get()
    page.current_reading = make_reading(page, "Hullo", run=2)
    page.save()

    shown = browser.get(url("change", document)).content.decode()

    assert "Hello</textarea>" in shown
    assert "There is a newer reading of this page" in shown
    assert "Hullo" in shown
    assert "corrected by reviewer" in shown


def test_the_history_says_what_happened_and_who_did_it(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    events.record(EventKind.CORRECTED, document, reviewer, page=7)

    page = browser.get(url("change", document)).content.decode()

    assert "text corrected: page 7" in page
    assert "<td>reviewer</td>" in page


def test_a_page_that_waits_asks_for_no_image(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, status=Status.PROCESSING, pages=["read"])
    make_page(document, 2, None)
    document.page_count = 2
    document.save()

    page = browser.get(url("change", document)).content.decode()

    assert reverse("api:page-image", args=[document.id, 1]) in page
    assert reverse("api:page-image", args=[document.id, 2]) not in page


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
