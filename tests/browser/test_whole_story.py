"""Five real documents from the drop to the corrected word that is found again, on a real site.

Once with a mouse, once by keyboard alone in the dark in Russian, once on a phone in the dark.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import listened_to
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

SAMPLES = Path(__file__).parent.parent.parent.parent / "shared" / "samples" / "docs"
#: The first has a form of «договор», the second words that are read with little certainty.
FILES = (
    "ru/ru-zakupki-543a857f-p2.pdf",
    "ru/ru-zakupki-acf4ac8b-p3.pdf",
    "ru/ru-dedoc-plat_por_png-1.png",
    "en/en-docs-einstein-roosevelt-letter.png",
    "en/en-sroie-030.jpg",
)
CONTRACT, DOUBTFUL = 0, 1

pytestmark = [
    pytest.mark.long,
    pytest.mark.real_site,
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not SAMPLES.exists(), reason="needs the samples beside the checkout"),
]


@dataclass(frozen=True)
class Way:
    """How a person works; `word`: what they correct a word to, found nowhere else."""

    name: str
    word: str
    by_keys: bool
    options: dict[str, Any]


WAYS = (
    Way(
        "mouse",
        "Гвоздодёрная",
        by_keys=False,
        options={"locale": "en-GB", "viewport": {"width": 1366, "height": 768}},
    ),
    Way(
        "keys",
        "Клавиатурная",
        by_keys=True,
        options={
            "locale": "ru-RU",
            "color_scheme": "dark",
            "viewport": {"width": 1366, "height": 768},
        },
    ),
    Way(
        "phone",
        "Телефонная",
        by_keys=False,
        options={
            "locale": "ru-RU",
            "color_scheme": "dark",
            "viewport": {"width": 390, "height": 844},
            "has_touch": True,
            "is_mobile": True,
        },
    ),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("story") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        yield site


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_from_the_drop_to_the_corrected_word(
    chromium: Browser, site: Site, complaints: list[str], way: Way
) -> None:
    context = chromium.new_context(base_url=site.url(""), **way.options)
    page = listened_to(context.new_page(), complaints)
    page.set_default_timeout(30_000)
    log_in(page)

    upload(page, way)
    expect(page.locator(".tray-row.ready, .tray-row.review")).to_have_count(5, timeout=300_000)
    eventually(lambda: is_found(site, way, CONTRACT, "договорами"), 30, "the index follows")

    search(page, way, "договорами")
    open_hit(page, way, CONTRACT)
    expect(page.locator(".hit-count")).to_be_visible()
    assert_frame_around_ink(page)

    search(page, way, f"саморезы {way.name}")
    open_hit(page, way, DOUBTFUL)
    review(page, way)
    document = document_of(site, way, DOUBTFUL)
    eventually(lambda: site.document(document)["review_status"] == "approved", 30, "it is approved")

    eventually(lambda: is_found(site, way, DOUBTFUL, way.word), 30, "the index follows")
    search(page, way, way.word)
    expect(page.locator(".result")).to_have_count(1)
    expect(page.locator(".result")).to_contain_text(title(way, DOUBTFUL))
    assert complaints == []
    context.close()


# --- the steps ------------------------------------------------------------------------------------


def log_in(page: Page) -> None:
    page.goto("/login/")
    page.wait_for_function("() => document.activeElement.matches('input[name=username]')")
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#tray", state="attached")
    page.wait_for_load_state("networkidle")


def upload(page: Page, way: Way) -> None:
    files = [payload(way, number) for number in range(len(FILES))]
    if way.by_keys:
        # From now on the browser asks Playwright for files; that takes a moment to come into force.
        page.on("filechooser", lambda chooser: None)
        page.wait_for_timeout(200)
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("KeyU")
        chooser.value.set_files(files)
    else:
        page.set_input_files("#upload-files", files)


def payload(way: Way, number: int) -> FilePayload:
    """The file under a name of this way's own; a byte at its end makes it another file."""
    path = SAMPLES / FILES[number]
    kind = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}[path.suffix[1:]]
    content = path.read_bytes() + f"\n%{way.name}\n".encode()
    return {"name": f"{title(way, number)}{path.suffix}", "mimeType": kind, "buffer": content}


def title(way: Way, number: int) -> str:
    return f"{way.name}-{Path(FILES[number]).stem}"


def search(page: Page, way: Way, text: str) -> None:
    if way.by_keys:
        page.keyboard.press("Control+KeyK")
    else:
        page.locator("header input[type=search], .top input[name=q]").first.click()
    page.keyboard.press("Control+KeyA")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.wait_for_load_state("networkidle")


def open_hit(page: Page, way: Way, number: int) -> None:
    """The first hit in the document of this way."""
    result = page.locator(".result", has=page.get_by_text(title(way, number), exact=True))
    hit = result.locator("[data-hit]").first
    expect(hit).to_be_visible()
    if way.by_keys:
        press_until(page, "KeyJ", hit)
        page.keyboard.press("Enter")
    else:
        hit.click()
    page.wait_for_url("**/documents/**")
    expect(page.locator("section.block").first).to_be_attached()
    expect(page.locator(".viewer.loading")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def press_until(page: Page, key: str, wanted: Locator) -> None:
    for _ in range(30):
        page.keyboard.press(key)
        if wanted.evaluate("each => each === document.activeElement"):
            return
    pytest.fail(f"{key} never comes to {wanted}")


def review(page: Page, way: Way) -> None:
    """To the desk, a word typed for the first doubt, every other answered as right, approved."""
    if way.by_keys:
        page.keyboard.press("KeyD")
    else:
        open_desk(page)
    page.wait_for_url("**/review/*/")
    expect(page.locator("[data-card=line-field]")).to_be_visible()
    name = page.locator(".desk").get_attribute("data-document")
    page.locator("[data-card=line-field]").fill(way.word)
    for _ in range(60):
        before = state_of(page)
        answer(page, way)
        page.wait_for_function(f"before => ({_STATE})() !== before", arg=before)
        if page.locator(".desk").get_attribute("data-document") != name:
            return
        if page.locator(".desk").get_attribute("data-shows") == "empty":
            return
    pytest.fail("the doubts have no end")


#: Changes with every answer.
_STATE = """() => {
    const desk = document.querySelector(".desk");
    const card = document.querySelector("[data-desk=card]");
    return `${desk.dataset.document} ${desk.dataset.shows} ${card.dataset.doubt}`;
}"""


def state_of(page: Page) -> str:
    return str(page.evaluate(_STATE))


def open_desk(page: Page) -> None:
    link = page.locator("[data-desk]").first
    if not link.is_visible():
        page.locator(".doc-verbs .menu summary, .bar .menu summary").first.click()
    page.locator("[data-desk]:visible").first.click()


def answer(page: Page, way: Way) -> None:
    if way.by_keys:
        page.keyboard.press("Enter")
    elif page.locator(".desk").get_attribute("data-shows") == "end":
        page.locator("[data-desk=end] [data-verb=approve]").click()
    else:
        page.locator("[data-card=right]").click()


# --- what is seen ---------------------------------------------------------------------------------


def assert_frame_around_ink(page: Page) -> None:
    """The frame of the hit has its colour, and print, not the frame, inside."""
    box = page.locator(".mark-current").bounding_box()
    assert box is not None and box["width"] > 5
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    ratio = shot.width / page.evaluate("innerWidth")
    x0, y0 = box["x"] * ratio, box["y"] * ratio
    x1, y1 = x0 + box["width"] * ratio, y0 + box["height"] * ratio
    inside = shot.crop((round(x0 + 6), round(y0 + 5), round(x1 - 6), round(y1 - 5))).convert("L")
    shades = inside.tobytes()
    assert min(shades) < 150 < max(shades), "print on paper"
    frame = shot.crop((round(x0) - 2, round(y0) - 2, round(x1) + 2, round(y1) + 2))
    coloured = sum(
        green > red + 25 and blue > red + 20
        for red, green, blue in zip(*[iter(frame.tobytes())] * 3, strict=True)
    )
    assert coloured > 2 * (x1 - x0), "a frame in the colour of hits"


def is_found(site: Site, way: Way, number: int, text: str) -> bool:
    found = site.call("/api/v1/search/", params={"q": text}).json()["results"]
    return title(way, number) in {each["document"]["title"] for each in found}


def document_of(site: Site, way: Way, number: int) -> str:
    found = site.call("/api/v1/documents/", params={"q": title(way, number)}).json()["results"]
    return next(str(each["id"]) for each in found if each["title"] == title(way, number))
