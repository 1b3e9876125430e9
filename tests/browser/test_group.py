"""What came together, as a person goes through it: from a letter to its files and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from documents.models import Document, Member, MemberOutcome, Team
from tests.browser.conftest import draw_pages
from tests.browser.document_page import address
from tests.browser.test_every_page import violations
from tests.factories import make_document


@pytest.fixture
def letter(team: Team) -> Document:
    letter = make_document(
        team, title="Договор поставки", filename="letter.eml", mime_type="message/rfc822",
        pages=["Направляем договор"], member_count=2,
    )  # fmt: skip
    draw_pages(letter)
    for number, name in enumerate(("Invoice", "Счёт")):
        made = make_document(team, title=name, filename=f"{name}.pdf", pages=[name])
        draw_pages(made)
        Member.objects.create(
            container=letter, number=number, path=f"{name}.pdf", document=made.id,
            outcome=MemberOutcome.CREATED,
        )  # fmt: skip
    Member.objects.create(
        container=letter, number=2, path="program.exe", outcome=MemberOutcome.REFUSED,
        error_code="unsupported-file-type", error_detail="Not accepted.",
    )  # fmt: skip
    return letter


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desktop", "phone"])
def test_from_a_letter_to_its_files_and_back(
    open_browser: Callable[..., BrowserContext], letter: Document, size: tuple[int, int]
) -> None:
    page = open_browser(viewport={"width": size[0], "height": size[1]}).new_page()
    page.goto(address(letter))
    attached = page.get_by_role("region", name="Attached")
    expect(attached.get_by_role("link", name="2 documents, 1 file refused")).to_be_visible()
    attached.get_by_text("program.exe").click()
    expect(attached.get_by_text("Not accepted.")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    attached.get_by_role("link", name="Invoice").click()
    came_in = page.get_by_role("navigation", name="What it came in")
    expect(came_in.get_by_text("1 of 2")).to_be_visible()
    came_in.get_by_role("link", name="The next one: Счёт").press("Enter")
    expect(came_in.get_by_text("2 of 2")).to_be_visible()
    assert violations(page) == []
    came_in.get_by_role("link", name="Договор поставки").click()
    expect(page.get_by_role("region", name="Attached")).to_be_visible()
