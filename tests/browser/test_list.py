"""The list moves while one watches."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect

from documents.models import Document, Status, Team
from tests.browser.conftest import draw_pages
from tests.factories import make_document, make_page


def listed() -> str:
    return reverse("admin:documents_document_changelist")


def test_progress_moves_and_its_end_is_told(page: Page, team: Team, complaints: list[str]) -> None:
    document = make_document(
        team, title="Lease", status=Status.PROCESSING, pages=["a", None, None, None]
    )
    draw_pages(document)
    page.goto(listed())
    row = page.get_by_role("row", name="Lease")
    bar = row.get_by_role("progressbar", name="Reading of Lease")
    expect(bar).to_have_attribute("value", "0.25")

    Document.objects.update(pages_done=3, pages_failed=1)
    expect(row).to_contain_text("3 of 4")
    expect(row).to_contain_text("1 failed")
    assert bar.evaluate("bar => bar.value") == 1

    Document.objects.update(status=Status.PARTIAL)
    expect(row).to_contain_text("partly read")
    expect(bar).to_be_hidden()
    expect(page.locator("#progress")).to_have_text("Lease: partly read")
    assert complaints == []


def test_nothing_is_asked_once_all_is_finished(page: Page, team: Team) -> None:
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if "?ids=" in sent.url else None)
    draw_pages(make_document(team, title="Lease", status=Status.PROCESSING, pages=["a"]))
    page.clock.install()
    page.goto(listed())
    page.clock.run_for(2500)
    Document.objects.update(status=Status.READY)
    page.clock.run_for(2500)
    expect(page.get_by_role("row", name="Lease")).to_contain_text("ready")
    asked_so_far = len(asked)

    page.clock.run_for(20_000)

    assert asked_so_far >= 1
    assert len(asked) == asked_so_far


def test_a_missing_image_gives_way_to_a_drawn_sheet(page: Page, team: Team) -> None:
    make_document(team, title="Lease", pages=["a"])

    page.goto(listed())

    image = page.get_by_role("row", name="Lease").locator("img.thumbnail")
    expect(image).to_have_attribute("src", "/static/documents/admin/no-page.svg")


def test_the_first_page_shows_once_the_file_was_opened(page: Page, team: Team) -> None:
    document = make_document(team, title="Lease", status=Status.QUEUED)
    page.goto(listed())
    image = page.get_by_role("row", name="Lease").locator("img.thumbnail")
    expect(image).to_have_attribute("src", "/static/documents/admin/no-page.svg")

    make_page(document, 1, None)
    draw_pages(document)
    Document.objects.update(status=Status.PROCESSING, page_count=1)

    expect(image).to_have_attribute("src", reverse("api:thumbnail", args=[document.id]))
    expect(image).to_have_js_property("naturalWidth", 124)


def test_the_language_is_switched_by_one_button(page: Page, team: Team) -> None:
    page.goto(listed())

    page.get_by_role("button", name="Русский").click()

    expect(page.get_by_role("heading", name="Документы", exact=True)).to_be_visible()
    assert page.url.endswith(listed())
