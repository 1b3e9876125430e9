"""A document's page as one looks at it: long, enlarged, on a phone, from a busy server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from documents.models import Document, Status, Team, User
from tests.browser.conftest import listened_to
from tests.browser.document_page import WIDTH, address, click_word, make_lease, opened
from tests.busy import slowdown
from tests.factories import make_document, make_layout


@pytest.fixture
def document(team: Team) -> Document:
    return make_lease(team)


def test_a_thousand_pages_are_as_quick_as_one(page: Page, team: Team) -> None:
    document = make_document(team, pages=[f"Page {n}" for n in range(1, 1001)])
    page.goto(address(document, "?page=500"))
    expect(page.locator("section.block .block-text")).to_have_text("Page 500")

    assert page.locator(".strip-item").count() < 30
    expect(page.locator(".strip-item[aria-current]")).to_contain_text("500")
    page.keyboard.press("g")
    page.keyboard.type("987")
    page.keyboard.press("Enter")
    expect(page.locator("section.block .block-text")).to_have_text("Page 987")
    page.keyboard.press("n")
    expect(page.locator("section.block .block-text")).to_have_text("Page 988")


def test_zoom_turn_and_marks(page: Page, document: Document) -> None:
    opened(page, document)
    level = page.locator(".viewer-level")
    fitted = level.inner_text()

    page.keyboard.press("9")
    expect(level).to_have_text("100 %")
    page.keyboard.press("-")
    expect(level).to_have_text("80 %")
    page.keyboard.press("0")
    expect(level).to_have_text(fitted)
    frame = page.locator(".viewer-frame").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 100, frame["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    expect(level).not_to_have_text(fitted)
    page.keyboard.press("v")
    click = page.locator(".viewer-sheet").evaluate("each => getComputedStyle(each).transform")
    assert click != "none"
    page.keyboard.press("m")
    expect(page.locator(".viewer-marks.without-marks")).to_have_count(1)


def test_a_busy_server_is_asked_again_for_an_image(page: Page, document: Document) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503)

    page.route("**/pages/1/image/**", refuse_once)
    page.goto(address(document))

    expect(page.locator("section.block").first).to_be_visible()
    expect(page.locator(".viewer.loading")).to_have_count(0, timeout=15_000)
    assert page.locator(".viewer-image").evaluate("each => each.naturalWidth") == WIDTH
    assert refused


def test_readers_read_and_are_offered_no_change(
    page: Page, document: Document, reviewer: User
) -> None:
    reviewer.memberships.update(role="reader")
    reviewer.is_staff = False
    reviewer.save()

    opened(page, document)

    expect(page.locator("[contenteditable]")).to_have_count(0)
    expect(page.locator(".block-menu")).to_have_count(0)
    expect(page.locator("[data-verb]")).to_have_count(0)
    click_word(page, document, "аренды")
    assert page.evaluate("String([...CSS.highlights.get('doc-word')][0])") == "аренды"


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_on_a_phone_in_the_dark(
    open_browser: Callable[..., BrowserContext],
    document: Document,
    complaints: list[str],
    locale: str,
) -> None:
    context = open_browser(
        viewport={"width": 390, "height": 844}, color_scheme="dark", locale=locale, has_touch=True
    )
    page = listened_to(context.new_page(), complaints)
    opened_page = page
    page.goto(address(document))
    expect(page.locator(".viewer-sheet")).to_be_visible()

    opened_page.get_by_role("button", name="Текст" if locale == "ru-RU" else "Text").tap()

    expect(page.locator("[data-block=b0] .block-text")).to_be_visible()
    expect(page.locator(".viewer-sheet")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []


def test_the_strip_asks_for_one_thumbnail_at_a_time_after_the_page(
    page: Page, document: Document
) -> None:
    """The server draws few pages at once: the one that is looked at comes first."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, document)
    expect(page.locator(".strip-sheet img")).to_have_count(3)

    images = [url for url in asked if "/pages/" in url and ("/image/" in url or "thumb" in url)]
    assert "/pages/1/image/" in images[0]


def test_a_file_that_is_made_on_request_is_downloaded_when_it_is_there(
    page: Page, document: Document
) -> None:
    opened(page, document)
    answers = [202, 200]

    def answer(route: Route) -> None:
        status = answers.pop(0) if answers else 200
        route.fulfill(
            status=status,
            headers={"Retry-After": "1", "Content-Disposition": "attachment; filename=a.pdf"},
            body="%PDF",
        )

    page.route("**/result.pdf", answer)
    page.locator(".doc-more summary").click()
    with page.expect_download() as download:
        page.locator(".doc-more").get_by_text("Searchable PDF").click()

    assert download.value.suggested_filename == "a.pdf"
    assert answers == []


def test_a_page_of_1500_words_is_shown_at_once(page: Page, team: Team) -> None:
    words = "\n".join(" ".join(f"слово{row}" for _ in range(20)) for row in range(75))
    document = make_document(team, pages=[make_layout(words, width=3000, height=3400)])
    page.goto(address(document))
    expect(page.locator("section.block")).to_have_count(1)

    took = page.evaluate(
        """async () => {
            const script = document.querySelector("script[src*='document.js']").src;
            const {documentPage} = await import(script);
            const took = [];
            for (let round = 0; round < 5; round += 1) {
                const started = performance.now();
                documentPage.viewer.show({...documentPage.page, imageUrl: "",
                    words: documentPage.viewer.words, marks: documentPage.viewer.words.map(
                        ({box}) => ({box, kind: "doubt"}))});
                documentPage.viewer.frame.getBoundingClientRect();
                took.push(performance.now() - started);
            }
            return [documentPage.viewer.words.length, Math.min(...took)];
        }"""
    )

    assert took[0] == 1500
    assert took[1] < 100 * slowdown(), "milliseconds, the best of five"


def test_a_document_that_could_not_be_opened_says_why(page: Page, team: Team) -> None:
    document = make_document(team, status=Status.FAILED, error_code="damaged-file")
    page.goto(address(document))

    expect(page.locator(".empty-page")).to_contain_text("The file is damaged")
    page.get_by_role("button", name="Read again…").first.click()
    expect(page.locator("#again-dialog")).to_be_visible()


def test_two_fingers_enlarge_the_scan(
    open_browser: Callable[..., BrowserContext], document: Document
) -> None:
    context = open_browser(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(address(document))
    expect(page.locator("section.block").first).to_be_attached()
    frame = page.locator(".viewer-frame").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 200
    level = page.locator(".viewer-level")
    before = int(level.inner_text().removesuffix(" %"))
    fingers = context.new_cdp_session(page)

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        sent = [] if kind == "touchEnd" else points
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})

    touch("touchStart", 30)
    for apart in (40, 60, 90):
        touch("touchMove", apart)
    touch("touchEnd", 0)

    after = int(level.inner_text().removesuffix(" %"))
    assert after == pytest.approx(before * 3, abs=3)
