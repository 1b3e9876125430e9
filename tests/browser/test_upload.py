"""Files go into the archive from any page, and the tray follows each of them."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from documents.models import Document, Status, Team, User
from tests.browser.conftest import holds_on
from tests.browser.tray import FILES, HOME, empty, pdf, rows
from tests.factories import make_document


def text(name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"Just\0bytes."}


def test_every_file_has_its_own_outcome_and_refusals_stand_first(
    page: Page, team: Team, complaints: list[str]
) -> None:
    page.goto(HOME)
    page.locator(".tray-more").evaluate("more => { more.open = true; }")
    page.set_input_files(FILES, [pdf(f"scan {n}.pdf") for n in range(6)])
    expect(rows(page, "reading")).to_have_count(6)
    page.locator("#tray [data-tags]").fill("scans, 2024")
    page.set_input_files(FILES, [pdf("seventh.pdf"), text("note.txt"), empty("empty.pdf")])

    expect(rows(page, "reading")).to_have_count(7)
    expect(rows(page)).to_have_count(9)
    expect(rows(page).nth(0)).to_contain_text("The file is empty")
    expect(rows(page).nth(1)).to_contain_text("This one looks like a file of an unknown type")
    expect(page.locator("[data-summary]")).to_contain_text("2 refused")
    assert Document.objects.count() == 7
    tagged = Document.objects.get(filename="seventh.pdf")
    assert set(tagged.tags.values_list("name", flat=True)) == {"scans", "2024"}
    assert [said for said in complaints if "415" not in said] == []


def test_a_duplicate_is_told_and_one_click_away(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("lease.pdf")])
    expect(rows(page, "reading")).to_have_count(1)

    page.set_input_files(FILES, [pdf("lease.pdf")])

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("already in the archive")
    link = rows(page).get_by_role("link", name="lease.pdf")
    expect(link).to_have_attribute("href", address_of(Document.objects.get()))


def address_of(document: Document) -> str:
    from documents.web.list_rows import document_page

    return document_page(document.id)


def test_the_tray_comes_back_after_a_reload_and_follows_the_reading(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf"), pdf("b.pdf"), pdf("c.pdf")])
    expect(rows(page, "reading")).to_have_count(3)
    documents = Document.objects.order_by("filename")
    first, second, third = (each.id for each in documents)
    Document.objects.filter(id=first).update(status=Status.PROCESSING, page_count=12, pages_done=3)

    page.goto(reverse("web:documents"))

    expect(rows(page)).to_have_count(3)
    expect(rows(page).filter(has_text="a.pdf")).to_contain_text("3 / 12")
    Document.objects.filter(id=first).update(status=Status.READY, pages_done=12)
    Document.objects.filter(id=second).update(
        status=Status.READY, page_count=1, pages_done=1, flags=["disputed"]
    )
    Document.objects.filter(id=third).update(
        status=Status.FAILED, error_code="damaged-file", error_detail="It breaks off."
    )
    expect(rows(page, "ready")).to_contain_text("a.pdf")
    expect(rows(page, "review")).to_contain_text("two readers disagree")
    expect(rows(page).nth(0)).to_contain_text("It breaks off.")

    page.get_by_role("button", name="Clear what is done").click()
    page.goto(HOME)

    expect(page.locator("#tray")).to_be_hidden()


def test_a_reading_that_failed_is_begun_again_with_one_click(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    expect(rows(page, "reading")).to_have_count(1)
    Document.objects.update(status=Status.FAILED, error_code="damaged-file", task="")

    page.get_by_role("button", name="Try again").click()

    expect(rows(page, "reading")).to_have_count(1)
    assert Document.objects.get().status == Status.QUEUED


def test_an_open_document_keeps_its_window_beside_the_tray(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    expect(rows(page, "reading")).to_have_count(1)

    page.goto(address_of(Document.objects.get()))

    expect(page.locator("#tray")).to_have_class("tray folded")
    height = page.locator("#content").evaluate("content => content.clientHeight")
    assert page.locator(".doc").evaluate("doc => doc.clientHeight") == height
    assert (
        page.locator("#content").evaluate("content => getComputedStyle(content).paddingBottom")
        == "0px"
    )


def test_the_reason_is_told_in_the_persons_language(
    open_browser: Callable[..., BrowserContext],
) -> None:
    page = open_browser(locale="ru-RU").new_page()
    page.goto(HOME)

    page.set_input_files(FILES, [text("note.txt")])

    expect(rows(page)).to_contain_text("не принят: Файлы этого типа не принимаются.")


def test_nothing_is_sent_before_a_team_is_chosen(
    page: Page, second: Team, complaints: list[str]
) -> None:
    page.goto(HOME)

    page.set_input_files(FILES, [pdf("a.pdf")])

    expect(page.get_by_role("alert")).to_have_text("Choose a team to start the upload.")
    team = page.locator("#tray").get_by_label("Team")
    # Whether or not the window itself has the focus.
    page.wait_for_function("() => document.activeElement.matches('#tray [data-team]')")
    assert holds_on(page)
    assert not Document.objects.exists()

    team.select_option("Second")

    expect(rows(page, "reading")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_hidden()
    assert Document.objects.get().team == second
    assert complaints == []


def test_what_another_program_uploads_is_counted_and_covers_no_page(
    page: Page, team: Team, reviewer: User
) -> None:
    make_document(team, status=Status.QUEUED, created_by=reviewer)

    page.goto(HOME)

    expect(page.locator("#tray")).to_be_visible()
    expect(page.locator("#tray")).to_have_class("tray folded")
    page.locator("#tray [data-fold]").click()
    expect(rows(page, "reading")).to_have_count(1)
