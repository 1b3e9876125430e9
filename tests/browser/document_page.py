"""What the tests of a document's page share: a document whose words are drawn as bars."""

from __future__ import annotations

import io

from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from documents.exports.page_images import store_page_image, store_page_thumbnail
from documents.models import Document, Team
from documents.text.page_layout import Box, PageLayout
from tests.factories import make_document

WIDTH, HEIGHT = 1240, 1754
INK = (20, 20, 20)
#: Text of blocks b0, b1, b2 on page 1.
TEXT = "Helo world\n\nДоговор аренды\nвторая строка\n\nlast words"


def layout_of(document: Document, number: int = 1) -> PageLayout:
    layout = document.pages.get(number=number).layout
    assert layout is not None
    return layout


def draw_words(document: Document, number: int) -> None:
    """The page image: each word is a black bar in its box."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    for word in layout_of(document, number).words():
        pen.rectangle(word.bbox, fill=INK)
    content = io.BytesIO()
    image.save(content, "WEBP", lossless=True)
    store_page_image(document.id, number, 0, content.getvalue())
    store_page_thumbnail(document.id, number, 0, content.getvalue())


def address(document: Document, query: str = "") -> str:
    return reverse("web:document", args=[document.id]) + query


def opened(page: Page, document: Document, query: str = "") -> Page:
    page.goto(address(document, query))
    expect(page.locator("section.block").first).to_be_visible()
    expect(page.locator(".viewer.loading")).to_have_count(0)
    page.locator(".viewer-image").evaluate("each => each.decode()")
    return page


def block(page: Page, name: str) -> str:
    return page.locator(f"[data-block={name}] .block-text").inner_text()


def on_screen(page: Page, box: Box) -> tuple[float, float, float, float]:
    """A box of the page image, px of the window."""
    place = page.locator(".viewer-sheet").bounding_box()
    assert place is not None
    scale = place["width"] / WIDTH
    x0, y0, x1, y1 = (value * scale for value in box)
    return place["x"] + x0, place["y"] + y0, place["x"] + x1, place["y"] + y1


def word_box(document: Document, text: str, number: int = 1) -> Box:
    return next(word.bbox for word in layout_of(document, number).words() if word.text == text)


def click_word(page: Page, document: Document, text: str) -> None:
    x0, y0, x1, y1 = on_screen(page, word_box(document, text))
    page.mouse.click((x0 + x1) / 2, (y0 + y1) / 2)


def make_lease(team: Team) -> Document:
    """Three pages, each word of which is drawn as a bar."""
    document = make_document(team, title="Lease", pages=[TEXT, "Договоры page two", "Page three"])
    for number in (1, 2, 3):
        draw_words(document, number)
    return document
