"""The reviewer's bar: real key presses through documents in doubt, and how long each step takes.

`pytest -s tests/browser/test_review_bar.py` prints the figures.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.factories import PASSWORD

#: In the page: how long from the key to a card that is another one, its image drawn, ready to be
#: answered. `wait` is what says that it is there.
_WATCH = """() => {
    window.steps = [];
    const ready = () => {
        const card = document.querySelector("[data-desk=card]");
        const {shows, mode} = document.querySelector(".desk").dataset;
        const image = card.querySelector("[data-card=crop] img");
        const name = `${document.querySelector(".desk").dataset.document}/${
            document.querySelector("[data-bar=place]").textContent}/${shows}/${card.dataset.doubt}`;
        if (mode === "moving" || shows !== "card") {
            return mode === "moving" ? null : name;
        }
        return image.complete && image.naturalWidth &&
            document.activeElement.matches("[data-card=line-field]") ? name : null;
    };
    let started = null;
    let from = null;
    addEventListener("keydown", () => { started = performance.now(); from = ready(); }, true);
    const look = () => {
        if (started !== null) {
            const now = ready();
            if (now !== null && now !== from) {
                window.steps.push(performance.now() - started);
                started = null;
            }
        }
        requestAnimationFrame(look);
    };
    look();
}"""


@dataclass
class Figures:
    """Milliseconds of every step, and how many keys were pressed on the desk."""

    doubts: list[float] = field(default_factory=list)
    documents: list[float] = field(default_factory=list)
    keys: int = 0
    pages: int = 0
    seconds: float = 0.0

    @property
    def keys_a_page(self) -> float:
        return self.keys / self.pages

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.pages} pages, {len(self.doubts) + len(self.documents)} steps, "
                f"{self.seconds:.1f} s",
                f"keys a page:        {self.keys_a_page:.2f}",
                f"to the next doubt:  {_spread(self.doubts)}",
                f"to the next document: {_spread(self.documents)}",
            ]
        )


def p95(values: list[float]) -> float:
    return sorted(values)[max(round(0.95 * len(values)) - 1, 0)]


def _spread(values: list[float]) -> str:
    return (
        f"median {statistics.median(values):.0f} ms, p95 {p95(values):.0f} ms, "
        f"most {max(values):.0f} ms"
    )


def log_in_by_keys(page: Page, username: str) -> None:
    page.goto("/login/")
    page.wait_for_function("() => document.activeElement.matches('input[name=username]')")
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rail")
    # To review, then Next: as the map of keys says.
    page.wait_for_load_state("load")
    page.keyboard.press("Shift+Digit2")
    page.wait_for_url("**/review/")
    page.wait_for_load_state("load")
    page.keyboard.press("n")
    page.wait_for_selector("[data-desk=card]:not([hidden])")
    page.wait_for_function("() => document.activeElement.matches('[data-card=line-field]')")


def review_all(page: Page, pages: int, doubts_a_page: int = 3, rest: float = 0.25) -> Figures:
    """Enter on every doubt, and on to the next document, until the queue is empty.

    `rest`: seconds that a reviewer looks before each key.
    """
    figures = Figures(pages=pages)
    page.evaluate(_WATCH)
    began = time.perf_counter()
    for number in range(pages):
        for _ in range(doubts_a_page):
            _press(page, figures, figures.doubts, rest)
        last = number == pages - 1
        _press(page, figures, [] if last else figures.documents, rest)
    page.wait_for_selector(".desk[data-shows=empty]")
    page.wait_for_function(
        "() => document.querySelector('[data-bar=saving]').dataset.waiting === '0'", timeout=60_000
    )
    figures.seconds = time.perf_counter() - began
    return figures


def _press(page: Page, figures: Figures, into: list[float], rest: float) -> None:
    page.wait_for_timeout(rest * 1000)
    before = page.evaluate("window.steps.length")
    page.keyboard.press("Enter")
    figures.keys += 1
    page.wait_for_function("(before) => window.steps.length > before", arg=before)
    into.append(float(page.evaluate("window.steps.at(-1)")))
