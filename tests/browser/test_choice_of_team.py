"""Files wait until it is clear whose they are to be."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from documents.models import Document, Team
from tests.factories import make_team

FILE: FilePayload = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 a"}


@pytest.fixture
def second(team: Team) -> Team:
    second = make_team("Second")
    second.memberships.create(user=team.members.get())
    return second


def test_nothing_is_sent_before_a_team_is_chosen(
    page: Page, second: Team, complaints: list[str]
) -> None:
    page.goto(reverse("admin:documents_document_upload"))

    page.get_by_label("Files", exact=True).set_input_files([FILE])

    expect(page.get_by_role("alert")).to_have_text("Choose a team to start the upload.")
    expect(page.get_by_label("Team")).to_be_focused()
    assert not Document.objects.exists()

    page.get_by_label("Team").select_option("Second")

    expect(page.locator("#summary")).to_contain_text("1 of 1 done. Uploaded: 1")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert Document.objects.get().team == second
    assert complaints == []
