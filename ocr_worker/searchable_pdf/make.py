"""A document's searchable PDF, from its file and the current text of its pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from documents.engines.names import EngineName
from documents.models import Page
from documents.models.reading import find_base_reading
from documents.review.flag_rules import Flag
from ocr_worker.rendering import Renderer

from .from_images import write_from_images
from .overlay import has_recognised_words, write_overlay
from .source import ADD, KEEP, REPLACE, PageText, Source


def write_searchable_pdf(renderer: Renderer, source: Source, target: BinaryIO) -> None:
    """Write the PDF at the end of the empty file `target`. Raises ReadingError, StorageFull."""
    if source.mime_type == "application/pdf":
        write_overlay(renderer, source, target)
    else:
        write_from_images(renderer, source, target)


def describe_pages(pages: Iterable[Page]) -> Iterator[PageText]:
    """The text that each page gets. `pages`: with their readings loaded."""
    for page in pages:
        layout = page.layout
        yield PageText(page.number, layout, _choose_own(page, layout))


def _choose_own(page: Page, layout: object) -> str:
    """A page read from its own text keeps it, unless a person corrected it or some of it is hidden:
    what nobody sees is not found either."""
    reading = find_base_reading(page)
    if reading is None or reading.engine != EngineName.TEXT_LAYER or page.current_revision:
        return REPLACE
    if Flag.HIDDEN_TEXT in reading.flags:
        return REPLACE
    return ADD if layout is not None and has_recognised_words(layout) else KEEP  # type: ignore[arg-type]
