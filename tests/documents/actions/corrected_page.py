"""The page that is corrected, as it is now."""

from __future__ import annotations

from documents.models import Document, Page
from tests.factories import make_reading


def page_of(document: Document) -> Page:
    return document.pages.select_related(
        "current_reading", "current_revision__based_on"
    ).get(number=1)  # fmt: skip


def text_of(document: Document) -> str:
    layout = page_of(document).layout
    assert layout is not None
    return layout.text


def read_again(document: Document, text: str) -> None:
    page = page_of(document)
    page.current_reading = make_reading(page, text, run=2)
    page.save()
