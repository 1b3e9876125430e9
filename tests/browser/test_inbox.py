"""The inbox follows the archive while it is open: what is read leaves "In work or failed"."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from documents.models import Document, ReviewStatus, Status, Team
from tests.browser.conftest import draw_pages
from tests.factories import make_document

#: The pause before the list asks again, milliseconds.
PAUSE = 2100


def in_work(page: Page) -> Locator:
    return page.locator(".on-top .doc-row")


def below(page: Page) -> Locator:
    return page.locator("#list-part > .doc-rows .doc-row")


def plant_in_work(team: Team, *titles: str) -> None:
    for title in titles:
        draw_pages(make_document(team, title=title, status=Status.PROCESSING, pages=["a"]))


def end_reading(title: str, status: Status = Status.READY) -> None:
    Document.objects.filter(title=title).update(status=status, task="")


def test_what_is_read_leaves_the_documents_in_work(
    page: Page, team: Team, complaints: list[str]
) -> None:
    plant_in_work(team, "Lease", "Invoice")
    page.clock.install()
    page.goto("/")
    expect(in_work(page)).to_have_count(2)

    end_reading("Lease")
    page.clock.run_for(PAUSE)

    expect(in_work(page)).to_have_count(1)
    expect(in_work(page)).to_contain_text("Invoice")
    expect(below(page)).to_contain_text("Lease")

    end_reading("Invoice")
    page.clock.run_for(PAUSE)

    expect(page.get_by_role("heading", name="In work or failed")).to_be_hidden()
    expect(below(page)).to_have_count(2)
    assert complaints == []


def test_what_could_not_be_read_stays_on_top_and_says_so(page: Page, team: Team) -> None:
    plant_in_work(team, "Lease")
    page.clock.install()
    page.goto("/")

    end_reading("Lease", Status.FAILED)
    page.clock.run_for(PAUSE)

    expect(in_work(page).locator(".badge.bad")).to_be_visible()


def test_the_count_follows_what_was_decided_meanwhile(page: Page, team: Team) -> None:
    plant_in_work(team, "Lease", "Invoice")
    page.clock.install()
    page.goto("/")
    expect(page.locator("#count")).to_have_text("2 documents")

    end_reading("Lease")
    Document.objects.filter(title="Lease").update(review_status=ReviewStatus.APPROVED)
    page.clock.run_for(PAUSE)

    expect(page.locator("#count")).to_have_text("1 document")
    expect(in_work(page)).to_have_count(1)


def test_more_than_fit_on_top_move_up_as_others_leave(page: Page, team: Team) -> None:
    plant_in_work(team, *(f"Letter {number:02d}" for number in range(22)))
    page.clock.install()
    page.goto("/")
    expect(in_work(page)).to_have_count(20)
    expect(page.get_by_text("Letter 00", exact=True)).to_have_count(0)

    end_reading("Letter 21")
    end_reading("Letter 20")
    page.clock.run_for(PAUSE)

    expect(in_work(page).get_by_text("Letter 00", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Show all of them")).to_be_hidden()


def test_a_title_being_written_is_not_lost_when_its_document_is_read(
    page: Page, team: Team
) -> None:
    plant_in_work(team, "Lease")
    page.clock.install()
    page.goto("/")
    in_work(page).hover()
    in_work(page).get_by_role("button", name="Edit the title of Lease").click()
    name = page.get_by_role("textbox", name="Edit the title of Lease")
    name.fill("Lease of 2019")

    end_reading("Lease")
    page.clock.run_for(2 * PAUSE)
    expect(name).to_have_value("Lease of 2019")
    name.press("Enter")
    expect(name).to_be_hidden()
    page.clock.run_for(20_000)

    expect(below(page)).to_contain_text("Lease of 2019")
    expect(in_work(page)).to_have_count(0)


def test_the_cursor_and_the_selection_go_with_the_row(page: Page, team: Team) -> None:
    plant_in_work(team, "Lease", "Invoice")
    page.clock.install()
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(in_work(page).first).to_be_focused()

    end_reading("Invoice")
    page.clock.run_for(PAUSE)

    expect(below(page)).to_be_focused()
    expect(below(page).get_by_role("checkbox")).to_be_checked()


def test_a_list_of_what_is_in_work_loses_what_is_read(page: Page, team: Team) -> None:
    plant_in_work(team, "Lease", "Invoice")
    page.clock.install()
    page.goto("/documents/?status=processing")
    expect(below(page)).to_have_count(2)

    end_reading("Lease")
    page.clock.run_for(PAUSE)

    expect(below(page)).to_have_count(1)
    expect(page.locator("#count")).to_have_text("1 document")
