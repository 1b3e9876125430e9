"""A clerk files a pile of scans: dropped, titled by a pattern, tagged, put into a team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from documents.models import Document, ReviewStatus, Status, Team
from tests.browser.conftest import draw_pages, listened_to
from tests.factories import make_document, make_page, make_team

#: What the product promises for 40 scans.
MOST_CLICKS = 25
SCANS = 40

#: Counts what the hand does, and nothing that a script does: a choice in a menu of the browser's
#: own, which a page does not see, is two clicks.
COUNT_CLICKS = """
    window.addEventListener("click", (event) => {
        if (event.isTrusted && event.detail) {
            sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
        }
    }, true);
    window.addEventListener("change", (event) => {
        if (event.target.matches("select")) {
            sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 2;
        }
    }, true);
"""


@pytest.fixture
def second(team: Team) -> Team:
    second = make_team("Contracts")
    second.memberships.create(user=team.members.get(), role="reviewer")
    team.memberships.update(is_default=True)
    return second


def drop(page: Page, count: int) -> None:
    files = page.evaluate_handle(
        """count => {
            const data = new DataTransfer();
            for (let number = 0; number < count; number += 1) {
                const name = `scan_${String(number).padStart(2, "0")}.pdf`;
                data.items.add(new File([`%PDF-1.4 ${number}`], name));
            }
            return data;
        }""",
        count,
    )
    page.dispatch_event("h1", "drop", {"dataTransfer": files})


def finish_reading() -> None:
    for document in Document.objects.all():
        make_page(document, 1, "text")
        draw_pages(document)
    Document.objects.update(status=Status.READY, page_count=1, pages_done=1, task="")


def plant(team: Team, **fields: Any) -> Document:
    document = make_document(team, **{"pages": ["a"], **fields})
    draw_pages(document)
    return document


@pytest.mark.long
def test_forty_scans_are_filed_with_few_clicks(
    page: Page, second: Team, complaints: list[str]
) -> None:
    page.add_init_script(COUNT_CLICKS)
    page.goto("/")

    drop(page, SCANS)
    expect(page.locator(".tray-row.reading")).to_have_count(SCANS, timeout=60_000)
    # Reading is not what is counted here.
    finish_reading()
    expect(page.locator(".tray-row.ready")).to_have_count(SCANS, timeout=60_000)
    page.get_by_role("button", name="Clear what is done").click()

    expect(page.locator(".doc-row").first).to_be_visible()
    page.locator(".pick").first.click()
    page.locator(".pick").nth(1).click()
    page.get_by_role("button", name=f"Select all {SCANS} that match").click()
    expect(page.locator("[data-selected]")).to_have_text(f"{SCANS} selected")

    page.get_by_role("button", name="Titles").click()
    page.get_by_role("textbox", name="Pattern").fill("Lease {nn} of {year}")
    expect(page.locator("[data-preview] li").first).to_contain_text("Lease 01 of")
    page.get_by_role("button", name="Give these titles").click()
    expect(page.locator(".toast")).to_contain_text(f"{SCANS} documents have new titles.")

    page.get_by_role("toolbar").get_by_role("button", name="Tags").click()
    page.get_by_label("Add").fill("lease, 2026")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".toast").last).to_contain_text(f"Tags of {SCANS} documents changed.")

    page.get_by_role("button", name="Team").click()
    page.locator("#move-team").select_option("Contracts")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".toast").last).to_contain_text(f"{SCANS} documents moved.")

    filed = Document.objects.filter(team=second)
    assert filed.count() == SCANS
    year = filed.first().created_at.year  # type: ignore[union-attr]
    titles = set(filed.values_list("title", flat=True))
    assert titles == {f"Lease {number:02d} of {year}" for number in range(1, SCANS + 1)}
    assert all({tag.name for tag in each.tags.all()} == {"lease", "2026"} for each in filed)
    clicks = int(page.evaluate("sessionStorage.clicks"))
    assert 0 < clicks <= MOST_CLICKS
    assert complaints == []


def test_ranges_are_selected_and_changed_by_keys_alone(page: Page, team: Team) -> None:
    for number in range(6):
        plant(team, title=f"letter {number}")
    page.goto("/")

    for key in ("j", "j", "x", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    page.keyboard.press("t")
    page.keyboard.type("paid")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("Tags of 3 documents changed.")
    tagged = Document.objects.filter(tags__name="paid").values_list("title", flat=True)
    assert sorted(tagged) == ["letter 2", "letter 3", "letter 4"]


def test_what_goes_to_the_trash_comes_back_with_one_click(page: Page, team: Team) -> None:
    kept, gone = (plant(team, title=title) for title in ("kept", "gone"))
    page.goto("/documents/")
    page.locator(f"#d-{gone.id} .pick").click()

    page.keyboard.press("Delete")
    expect(page.locator(".doc-row")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".doc-row")).to_have_count(2)
    assert not Document.objects.trashed().exists()
    assert kept in Document.objects.all()


def test_a_refusal_is_told_and_the_others_are_done(page: Page, team: Team, second: Team) -> None:
    document = plant(team, title="twin")
    plant(second, title="the first", sha256=document.sha256)
    plant(team, title="single")
    page.goto(f"/documents/?team={team.id}")
    page.keyboard.press("Control+a")

    page.get_by_role("button", name="Team").last.click()
    page.locator("#move-team").select_option("Contracts")
    page.get_by_role("button", name="Move", exact=True).click()

    report = page.locator("#work-dialog")
    expect(report).to_contain_text("1 document moved.")
    expect(report).to_contain_text("has this file already, as “the first”")
    assert Document.objects.filter(team=second).count() == 2


def test_a_title_is_edited_where_it_stands(page: Page, team: Team) -> None:
    document = plant(team, title="scan")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    page.keyboard.type("Договор")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Договор")).to_be_visible()
    document.refresh_from_db()
    assert document.title == "Договор"


def test_what_is_approved_leaves_the_inbox(page: Page, team: Team) -> None:
    plant(team, title="one")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("a")

    expect(page.get_by_text("All done")).to_be_visible()
    assert Document.objects.get().review_status == ReviewStatus.APPROVED


def test_keys_work_in_a_russian_layout(page: Page, team: Team) -> None:
    plant(team)
    page.goto("/")
    for code, key in (("KeyJ", "о"), ("KeyX", "ч")):
        page.evaluate(
            """([code, key]) => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true}))""",
            [code, key],
        )

    expect(page.locator("[data-selected]")).to_have_text("1 selected")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", ["list", "grid", "split"])
def test_lists_fit_a_phone(
    layout: str, scheme: str, open_browser: Callable[..., BrowserContext], team: Team,
    complaints: list[str],
) -> None:  # fmt: skip
    plant(team, title="A long title of a document " * 8, tags=["t" * 60])
    plant(team, title="two", flags=["disputed"])
    context = open_browser(
        viewport={"width": 360, "height": 740}, color_scheme=scheme, locale="ru-RU"
    )
    page = listened_to(context.new_page(), complaints)
    page.goto(f"/?layout={layout}")
    page.locator(".pick").first.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []


def test_files_of_a_selection_are_downloaded(page: Page, team: Team) -> None:
    plant(team, filename="a.pdf", pages=["words"])
    page.goto("/")
    page.keyboard.press("Control+a")
    page.get_by_role("toolbar").get_by_title("Download").click()

    with page.expect_download() as begun:
        page.get_by_role("button", name="Texts").click()

    assert begun.value.suggested_filename == "txt-files.zip"
