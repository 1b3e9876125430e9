"""What of a page is too small for a finger (WCAG 2.5.5: 44 by 44 px; links in text are free)."""

from __future__ import annotations

from playwright.sync_api import Page

_FIND = """() => {
    const reach = (element) => {
        const label = ["checkbox", "radio"].includes(element.type) && element.closest("label");
        const {width, height} = (label || element).getBoundingClientRect();
        const more = getComputedStyle(element, "::after");
        const grows = more.content !== "none" && more.position === "absolute";
        const own = (value) => (grows && parseFloat(value)) || 0;
        return [Math.max(width, own(more.width)), Math.max(height, own(more.height))];
    };
    const isInText = (element) => getComputedStyle(element).display === "inline"
        && element.closest("p, li, dd, td, output");
    const all = document.querySelectorAll("a, button, input, select, summary, textarea");
    return [...all].filter((element) => {
        const seen = element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
        const box = element.getBoundingClientRect();
        if (!seen || box.width < 2 || element.matches(".skip") || isInText(element)) {
            return false;
        }
        return reach(element).some((size) => size < 43.5);
    }).map((element) => `${reach(element).map(Math.round)} ${element.outerHTML.slice(0, 120)}`);
}"""


def too_small_to_touch(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_FIND)
    return [f"too small to touch: {each}" for each in found]
