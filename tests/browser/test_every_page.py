"""Every page of people, found by its address: for everybody to use (axe, WCAG 2.2 AA, in light and
dark), light to load, and still while it loads. On a desktop and on a phone, where a finger
meets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Response

from documents.actions.save_search import save_search
from documents.models import Document, Membership, Role, Team, User
from tests.browser.conftest import draw_pages, listened_to
from tests.browser.fingers import too_small_to_touch
from tests.browser.test_search import index_all
from tests.browser.whole_pages import addresses
from tests.factories import make_document

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
#: Bytes of a page and its scripts and styles, not compressed.
HEAVIEST = 300_000
#: Cumulative Layout Shift; up to 0.1 is called good. The desk's first doubt comes after the page.
MOST_SHIFT = 0.03
#: Adds up how much of what is seen jumps while the page loads (Cumulative Layout Shift).
WATCH_SHIFTS = """
window.shifted = 0;
window.moved = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
        window.shifted += entry.value;
        const moved = entry.sources.map(({node}) => node?.outerHTML ?? node?.textContent ?? "");
        window.moved.push(...moved.map((html) => html.slice(0, 100)));
    }
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def document(team: Team, reviewer: User, search_directory: Path) -> Document:
    """Something for every page: a flagged document, tags, a saved search, a failed document."""
    Membership.objects.filter(user=reviewer).update(role=Role.MANAGER)
    for title, flags in (("Letter", "low_confidence"), ("Договор аренды", "")):
        made = make_document(
            team, title=title, pages=["Договор аренды"] * 3, tags=["urgent"], flags=flags
        )
        draw_pages(made)
    older = make_document(team, title="Договор", pages=["Договор найма"], replaced_by=made.id)
    Document.objects.filter(id=made.id).update(edition=2, edition_of=older.id, replaces=older.id)
    make_document(team, title="Torn", status="failed", pages=[None], failed=[1])
    save_search(actor=reviewer, name="Leases", text="договор", filters={})
    index_all(search_directory)
    return made


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        for node in rule["nodes"][:5]
    ]


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_for_everybody_light_and_still(
    open_browser: Callable[..., BrowserContext],
    document: Document,
    reviewer: User,
    team: Team,
    size: str,
) -> None:
    width, height = SIZES[size]
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    touched = size == "phone"
    context = open_browser(
        viewport={"width": width, "height": height}, has_touch=touched, is_mobile=touched
    )
    context.add_init_script(WATCH_SHIFTS)
    wrong: dict[str, list[str]] = {}
    pages = addresses(client, document, team)
    assert {"/", "/documents/", "/search/"} <= set(pages)
    for address in pages:
        complaints: list[str] = []
        page = listened_to(context.new_page(), complaints)
        answers = answers_of(page)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        said = list(complaints)
        weight = sum(map(weigh, answers))
        if weight > HEAVIEST:
            said.append(f"weighs {weight} bytes")
        shifted = page.evaluate("window.shifted")
        if shifted > MOST_SHIFT:
            said.append(f"shifts by {shifted:.3f}: {page.evaluate('window.moved')}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            said.append(f"is {wide} px wide")
        if touched:
            said += too_small_to_touch(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            said += [f"{scheme}: {each}" for each in violations(page)]
        if said:
            wrong[address.replace(str(document.id), "ID")] = said
        page.close()

    assert not wrong, "\n".join(
        f"{address}: {each}" for address, said in wrong.items() for each in said
    )


def answers_of(page: Page) -> list[Response]:
    """Grows with each answer that the page gets."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    return answers


def weigh(answer: Response) -> int:
    """The bytes of an answer as they are without compression; 0 for pictures."""
    if answer.request.resource_type in ("image", "other") or answer.status != 200:
        return 0
    return len(answer.body())
