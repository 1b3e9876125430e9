"""One page as the admin shows it: values for a template, read from its newest text."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from documents.errors import describe
from documents.layout import Block, Box, PageLayout
from documents.models import Document, Page, PageStatus
from documents.search.matching import Matcher
from documents.search.pagetext import page_text

#: Words that were read with less certainty than this are marked on the image.
DOUBTFUL = 0.6
#: Failed pages listed on top; a file that failed altogether needs no thousand lines.
MOST_FAILURES = 30
#: Letters that fit into a line of a block's text field, about.
LINE = 60


@dataclass(frozen=True)
class Rectangle:
    """px of the page image."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> Rectangle:
        x0, y0, x1, y1 = (round(value, 1) for value in box)
        return cls(x0, y0, round(x1 - x0, 1), round(y1 - y0, 1))


@dataclass(frozen=True)
class BlockView:
    id: str
    label: str
    text: str
    rows: int
    place: Rectangle

    @classmethod
    def of(cls, block: Block) -> BlockView:
        rows = sum(1 + len(line) // LINE for line in block.text.splitlines()) or 1
        return cls(block.id, block.label, block.text, rows, Rectangle.of(block.bbox))


@dataclass(frozen=True)
class Failure:
    number: int
    reason: str
    detail: str


@dataclass(frozen=True)
class PageView:
    """`width`, `height`: px of the page image, 0 where nothing was read. `confidence`: percent.
    `offered`: the text of a newer reading beside the correction that counts. `hits`: what was
    searched for."""

    number: int
    status: str
    status_label: str
    width: int
    height: int
    image_url: str
    api_url: str
    blocks: list[BlockView]
    doubtful: list[Rectangle]
    engine: str
    confidence: int | None
    rotation: int
    revision: int
    corrected_by: str
    failure: Failure | None
    offered: str | None
    hits: list[Rectangle]

    @classmethod
    def of(cls, document: Document, page: Page, find: Matcher | None = None) -> PageView:
        layout = page.layout
        revision = page.current_revision
        reading = revision.based_on if revision else page.current_reading
        confidence = layout.confidence if layout else None
        author = revision.author if revision else None
        shown = page.status not in (PageStatus.PENDING, PageStatus.RUNNING) or layout is not None
        address = [document.id, page.number]
        return cls(
            number=page.number,
            status=page.status,
            status_label=str(PageStatus(page.status).label),
            width=layout.width if layout else 0,
            height=layout.height if layout else 0,
            image_url=reverse("api:page-image", args=address) if shown else "",
            api_url=reverse("api:page-text", args=address),
            blocks=[BlockView.of(block) for block in layout.in_order()] if layout else [],
            doubtful=_doubtful(layout) if layout else [],
            engine=reading.engine if reading else "",
            confidence=None if confidence is None else round(confidence * 100),
            rotation=reading.rotation if reading else 0,
            revision=page.revision,
            corrected_by=(author.get_full_name() or author.username) if author else "",
            failure=_failure(page) if page.error_code else None,
            offered=_offered(page),
            hits=_hits(layout, find) if layout and find else [],
        )


def failures_of(document: Document) -> list[Failure]:
    """The first failed pages, with the reasons."""
    if not document.pages_failed:
        return []
    failed = document.pages.filter(status=PageStatus.FAILED).order_by("number")
    return [_failure(page) for page in failed[:MOST_FAILURES]]


def _failure(page: Page) -> Failure:
    reason = describe(page.error_code) if page.error_code else ""
    detail = page.error_detail if page.error_detail != reason else ""
    return Failure(page.number, reason, detail)


def _doubtful(layout: PageLayout) -> list[Rectangle]:
    return [
        Rectangle.of(word.bbox)
        for word in layout.words()
        if word.confidence is not None and word.confidence < DOUBTFUL
    ]


def _hits(layout: PageLayout, find: Matcher) -> list[Rectangle]:
    page = page_text(layout)
    return [
        Rectangle.of(box) for hit in find.hits(page.text) for box in page.boxes(hit.start, hit.end)
    ]


def _offered(page: Page) -> str | None:
    if not page.offered_reading or page.current_reading is None:
        return None
    return PageLayout.from_dict(page.current_reading.layout).text
