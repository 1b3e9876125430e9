"""The page of a stack: its pages with the cuts between them, which a person moves."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from documents.models import Document, Member, Stack, Team
from tests.factories import make_document

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def stack(team: Team) -> Document:
    document = make_document(team, pages=[None] * 4, status="ready")
    Stack.objects.create(
        document=document,
        split="blank",
        looks=[[number == 2, ""] for number in range(1, 5)],
        cuts=[[[1], ""], [[3, 4], ""]],
    )
    part = make_document(team, filename="Letter.pdf", pages=["text"])
    Member.objects.create(
        container=document, number=100_003, path=part.filename, pages="3-4",
        outcome="created", document=part.id,
    )  # fmt: skip
    return document


def test_the_page_shows_the_cuts_and_leads_to_the_parts(browser: Client, stack: Document) -> None:
    page = browser.get(f"/documents/{stack.id}/").content.decode()
    checked = re.findall(r'name="(starts|left_out)" value="(\d+)" checked', page)
    assert checked == [("left_out", "2"), ("starts", "3")]
    part = Document.objects.get(filename="Letter.pdf")
    assert f'href="/documents/{part.id}/"' in page
    assert "empty" in page and "1 document · 4 pages" in page


def test_a_cut_is_moved_and_the_splitting_undone(browser: Client, stack: Document) -> None:
    path = f"/documents/{stack.id}/stack/"
    assert browser.post(path, {"starts": ["4"], "left_out": ["2"]}).status_code == 302
    assert [part.pages for part in Stack.objects.get().parts] == [(1, 3), (4,)]
    browser.post(path, {"join": "1"})
    assert not Stack.objects.exists()
    assert Document.objects.get(filename="Letter.pdf").is_trashed


def test_a_reader_sees_the_cuts_and_can_not_change_them(
    reader_browser: Client, stack: Document
) -> None:
    page = reader_browser.get(f"/documents/{stack.id}/").content.decode()
    assert "disabled" in page and "Make the documents again" not in page
    reader_browser.post(f"/documents/{stack.id}/stack/", {"join": "1"})
    assert Stack.objects.exists()


def test_the_form_of_separator_sheets_leads_to_the_pdf(browser: Client) -> None:
    page = browser.get("/separator-sheets/").content.decode()
    assert 'action="/api/v1/separator-sheets/"' in page
