"""The buttons of a document's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from documents.actions.correct import correct
from documents.actions.edit import edit
from documents.models import Document, PageStatus, ReviewStatus, Status, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_user

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


@pytest.mark.parametrize(
    ("verb", "verdict"),
    [("approve", ReviewStatus.APPROVED), ("reject", ReviewStatus.REJECTED)],
)
def test_a_reviewer_decides(
    verb: str, verdict: str, browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    answer = browser.post(url("verb", document, verb), follow=True)

    document.refresh_from_db()
    assert document.review_status == verdict
    assert document.reviewed_by == reviewer
    assert answer.redirect_chain == [(url("change", document), 302)]


def form_of(client: Client, document: Document, url: Url) -> dict[str, str]:
    """What the document's page would send of its hidden fields and details, untouched."""
    page = client.get(url("change", document)).content.decode()
    inputs = re.findall(r'<input type="(?:hidden|text)" name="([\w-]+)"[^>]* value="([^"]*)"', page)
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nobody_decides_on_a_text_they_have_not_seen(
    verb: str, browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    form = form_of(browser, document, url)
    correct(document.id, 1, {"b0": "other words"}, revision=0, actor=make_user(team=document.team))

    answer = browser.post(url("verb", document, verb), form, follow=True)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.UNREVIEWED
    assert "Look at it again, then decide." in answer.content.decode()

    browser.post(url("verb", document, verb), form_of(browser, document, url))

    document.refresh_from_db()
    assert document.review_status != ReviewStatus.UNREVIEWED


def test_who_corrects_and_then_approves_is_not_sent_back(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])
    form = form_of(browser, document, url)
    correct(document.id, 1, {"b0": "my words"}, revision=0, actor=reviewer)

    browser.post(url("verb", document, "approve"), form)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.APPROVED


def test_a_version_that_makes_no_sense_decides_nothing(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    answer = browser.post(url("verb", document, "approve"), {"version": "x"}, follow=True)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.UNREVIEWED
    assert answer.status_code == 200


def test_a_document_goes_into_the_trash_and_back(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team)

    browser.post(url("verb", document, "trash"))
    document.refresh_from_db()
    assert document.is_trashed

    browser.post(url("verb", document, "restore"))
    document.refresh_from_db()
    assert not document.is_trashed


def test_only_the_failed_pages_are_read_again(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, status=Status.PARTIAL, pages=["a", "b"], failed=[2])

    browser.post(url("verb", document, "read-again"), {"pages": "failed", "ocr": "always"})

    document.refresh_from_db()
    assert document.status == Status.PROCESSING
    assert document.ocr == "always"
    assert list(document.pages.order_by("number").values_list("status", flat=True)) == [
        PageStatus.DONE,
        PageStatus.PENDING,
    ]


def test_details_are_changed(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, tags=["old"])

    browser.post(
        url("details", document), {"title": "Lease", "language": "RU", "tags": "new, 2024,"}
    )

    document.refresh_from_db()
    assert (document.title, document.language) == ("Lease", "ru")
    assert {tag.name for tag in document.tags.all()} == {"new", "2024"}


def test_what_the_person_left_alone_stays_as_others_made_it(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, title="Leese", tags=["old"])
    form = form_of(browser, document, url)
    edit(document.id, actor=None, language="ru", tags=["theirs"])

    browser.post(url("details", document), {**form, "title": "Lease"})

    document.refresh_from_db()
    assert (document.title, document.language) == ("Lease", "ru")
    assert {tag.name for tag in document.tags.all()} == {"theirs"}


def test_a_tag_that_somebody_gave_meanwhile_is_not_taken_away(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, tags=["old"])
    form = form_of(browser, document, url)
    edit(document.id, actor=None, tags=["old", "theirs"])

    browser.post(url("details", document), {**form, "tags": "old, mine"})

    assert {tag.name for tag in document.tags.all()} == {"old", "mine", "theirs"}


def test_all_tags_are_taken_off_by_emptying_the_field(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, tags=["one", "two"])

    browser.post(url("details", document), {**form_of(browser, document, url), "tags": ""})

    assert not document.tags.exists()


def test_what_makes_no_sense_is_explained(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, title="Kept")

    answer = browser.post(url("details", document), {"title": " ", "tags": ""}, follow=True)

    document.refresh_from_db()
    assert document.title == "Kept"
    assert "A title has 1 to 500 characters." in answer.content.decode()


@pytest.mark.parametrize("verb", ["approve", "reject", "trash", "restore", "read-again"])
def test_a_reader_is_refused_politely(
    verb: str, reader_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["words"])

    answer = reader_browser.post(url("verb", document, verb), {"pages": "all"}, follow=True)

    before = document.version
    document.refresh_from_db()
    assert document.version == before
    assert answer.status_code == 200
    assert "does not allow this" in answer.content.decode()


def test_a_link_does_nothing(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, pages=["words"])

    assert browser.get(url("verb", document, "trash")).status_code == 405


def test_another_site_can_press_no_button(reviewer: User, team: Team, url: Url) -> None:
    document = make_document(team, pages=["words"])
    strict = browser_of(reviewer)
    strict.handler.enforce_csrf_checks = True

    answer = strict.post(url("verb", document, "trash"))

    document.refresh_from_db()
    assert answer.status_code == 403
    assert not document.is_trashed


def test_a_document_that_is_being_read_is_not_decided_on(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, status=Status.PROCESSING, pages=[None])

    answer = browser.post(url("verb", document, "approve"), follow=True)

    assert "still being read" in answer.content.decode()


def test_in_russian_the_reason_is_in_russian(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, status=Status.PROCESSING, pages=[None])

    answer = browser.post(
        url("verb", document, "approve"), follow=True, headers={"accept-language": "ru"}
    )

    assert "Документ ещё читается. Примите решение," in answer.content.decode()
