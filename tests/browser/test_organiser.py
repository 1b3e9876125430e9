"""The pages of a document, put in order by a person; and the cuts of a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Document, Member, Stack, Team, User
from ocr_worker.rendering import Renderer
from tests.browser.conftest import draw_pages, holds_on, listened_to
from tests.factories import make_document
from tests.ocr_worker.arranged import heights, pdf, send, work


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


@pytest.fixture
def document(media: Path, reviewer: User, renderer: Renderer) -> Document:
    made = send(reviewer, pdf([1, 2, 3, 4]), title="Contract")
    work(renderer)
    draw_pages(made)
    return made


def cards(page: Page) -> Any:
    return page.get_by_role("listbox", name="Pages").get_by_role("option")


def order(page: Page) -> list[str]:
    return page.locator(".organiser-name").all_inner_texts()


def drag(page: Page, moved: int, onto: int, *, behind: bool) -> None:
    start, end = (
        cards(page).nth(at).evaluate("card => card.getBoundingClientRect().toJSON()")
        for at in (moved, onto)
    )
    page.mouse.move(start["x"] + 30, start["y"] + 50)
    page.mouse.down()
    page.mouse.move(start["x"] + 45, start["y"] + 55)
    page.mouse.move(end["x"] + (end["width"] - 15 if behind else 15), end["y"] + 50)
    page.mouse.up()


def test_pages_are_dragged_and_moved_by_keys_and_saved_as_a_version(
    page: Page, document: Document, renderer: Renderer, complaints: list[str]
) -> None:
    page.goto(f"/documents/{document.id}/arrange/")
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    assert not holds_on(page)

    drag(page, 0, 2, behind=True)
    assert order(page) == ["2", "3", "1", "4"]
    drag(page, 3, 0, behind=False)
    assert order(page) == ["4", "2", "3", "1"]
    cards(page).nth(3).focus()
    page.keyboard.press("Control+ArrowLeft")
    assert order(page) == ["4", "2", "1", "3"]
    expect(page.locator("[data-said]")).to_have_text("Moved to place 3 of 4")
    page.keyboard.press("r")
    said = "Page 1, place 3 of 4, turned by 90°"
    expect(cards(page).nth(2)).to_have_attribute("aria-label", said)
    # What was left out comes back.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    assert order(page) == ["4", "2", "1"]
    page.keyboard.press("Control+z")
    assert order(page) == ["4", "2", "1", "3"]
    cards(page).nth(3).focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-outcome]")).to_have_text("A new version with 3 pages")
    assert holds_on(page)

    save.click()
    expect(page.get_by_text("The pages are being put together: 0 of 1")).to_be_visible()
    work(renderer)
    page.wait_for_url(lambda url: "arrange" not in url)
    newer = Document.objects.get(replaces=document.id)
    assert f"/documents/{newer.id}/" in page.url
    assert heights(newer) == [4, 2, 1]
    assert [each.rotation for each in newer.page_origins.order_by("number")] == [0, 0, 90]
    expect(page.locator(".facts")).to_contain_text("pages 4,2,1")
    assert not complaints


def test_on_a_phone_pages_are_joined_and_split_by_taps(
    open_browser: Callable[..., BrowserContext],
    document: Document,
    reviewer: User,
    renderer: Renderer,
    complaints: list[str],
) -> None:
    annex = send(reviewer, pdf([7, 8]), "annex.pdf", title="Annex")
    work(renderer)
    draw_pages(annex)
    phone = open_browser(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = listened_to(phone.new_page(), complaints)
    page.goto(f"/documents/{document.id}/arrange/")
    page.get_by_role("button", name="Join with…").tap()
    page.get_by_role("button", name="Annex 2 pages").tap()
    assert order(page) == [*(f"{n} · Contract" for n in (1, 2, 3, 4)), "1 · Annex", "2 · Annex"]
    expect(page.locator("[data-outcome]")).to_have_text("A new document with 6 pages")
    cards(page).nth(0).tap()
    cards(page).nth(2).tap()
    expect(page.locator("[data-chosen]")).to_have_text("2 pages selected")
    page.get_by_role("button", name="Leave out").tap()
    cards(page).nth(2).tap()
    page.get_by_role("button", name="Split before").tap()
    expect(page.locator("[data-outcome]")).to_have_text("2 new documents")
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#saving-dialog")).to_be_visible()
    work(renderer)
    made = page.locator("[data-made] a")
    expect(made).to_have_count(2)
    ids = [(link.get_attribute("href") or "").split("/")[-2] for link in made.all()]
    assert [heights(Document.objects.get(id=each)) for each in ids] == [[2, 4], [7, 8]]
    assert Document.objects.listed().count() == 4
    assert not complaints


def test_backs_are_put_between_fronts_with_a_warning_where_one_is_missing(
    page: Page, document: Document, reviewer: User, renderer: Renderer
) -> None:
    backs = send(reviewer, pdf([8, 7, 6]), "backs.pdf", title="Backs")
    work(renderer)
    draw_pages(backs)
    page.goto(f"/documents/{document.id}/arrange/")
    page.get_by_role("button", name="Backs of these pages…").click()
    page.get_by_role("button", name="Backs 3 pages").click()
    assert [name.split(" · ")[0] for name in order(page)] == ["1", "3", "2", "2", "3", "1", "4"]
    expect(page.get_by_role("alert").filter(has_text="4 fronts and 3 backs")).to_be_visible()


def test_selected_documents_are_joined_in_the_order_of_the_list(page: Page, team: Team) -> None:
    for title in ("First", "Second", "Third"):
        draw_pages(make_document(team, title=title, pages=["text"]))
    page.goto("/documents/?ordering=title")
    for title in ("Third", "First"):
        page.locator(".doc-row", has_text=title).locator(".pick input").check()
    page.get_by_role("button", name="Join into one document").click()
    page.wait_for_url("**/arrange/**")
    assert order(page) == ["1 · First", "1 · Third"]


def test_the_cuts_of_a_stack_are_moved(page: Page, team: Team, complaints: list[str]) -> None:
    stack = make_document(team, title="Stack", pages=[None] * 4, status="ready")
    Stack.objects.create(
        document=stack, split="blank", looks=[[number == 2, ""] for number in range(1, 5)],
        cuts=[[[1], ""], [[3, 4], ""]],
    )  # fmt: skip
    part = make_document(team, title="Letter", pages=["text"])
    Member.objects.create(
        container=stack, number=100_003, path="Letter.pdf", pages="3-4", outcome="created",
        document=part.id,
    )  # fmt: skip
    draw_pages(stack)
    page.goto(f"/documents/{stack.id}/")
    expect(page.get_by_role("link", name="Letter")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Leave page 2 out")).to_be_checked()
    page.get_by_role("checkbox", name="A document begins with page 4").check()
    page.get_by_role("button", name="Make the documents again").press("Enter")
    expect(page.get_by_text("The documents are being made again.")).to_be_visible()
    assert [part.pages for part in Stack.objects.get().parts] == [(1,), (3,), (4,)]
    page.goto(f"/documents/{stack.id}/")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("link", name="Separators").click()
    expect(page.get_by_role("heading", name="Separator sheets")).to_be_visible()
    assert not complaints
