"""The versions of a document: a new file takes its place, and what changed is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from documents.models import Document, Team
from tests.factories import make_document


@pytest.fixture
def newest(team: Team) -> Document:
    texts = ["forty chairs for 120 roubles", "delivery on working days"]
    older = make_document(team, title="Order", pages=texts)
    texts = ["fifty chairs for 145 roubles", "delivery on working days"]
    made = make_document(
        team, title="Order", pages=texts, edition=2, edition_of=older.id, replaces=older.id
    )
    Document.objects.filter(id=older.id).update(replaced_by=made.id)
    return made


def test_what_changed_is_walked_through_by_keys(page: Page, newest: Document) -> None:
    page.goto(f"/documents/{newest.id}/differences/")
    place, current = page.locator("[data-change-place]"), page.locator(".current:visible")
    expect(place).to_have_text("2")
    page.keyboard.press("n")
    expect(place).to_have_text("1 of 2")
    expect(current).to_have_text(["removed: forty ", "added: fifty "])
    page.keyboard.press("p")
    expect(place).to_have_text("2 of 2")
    expect(current).to_have_text(["removed: 120 ", "added: 145 "])
    expect(page.locator(".alike")).to_contain_text("Page 2")
    # On a phone one text has both.
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".new-text")).to_be_hidden()
    expect(page.locator(".old-text ins").first).to_be_visible()


def test_a_new_version_is_uploaded_on_the_page_of_versions(
    page: Page, newest: Document, media: Path
) -> None:
    page.goto(f"/documents/{newest.replaces}/versions/")
    file = {"name": "b.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 newer"}
    page.get_by_label("File", exact=True).set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload the new version").click()
    expect(page.locator(".doc-states")).to_contain_text("version 3")
    page.goto(f"/documents/{newest.id}/")
    page.get_by_role("link", name="version 2, replaced").click()
    expect(page.locator(".doc-states")).to_contain_text("version 3")
    assert Document.objects.get(replaces=newest.id).title == "Order"
