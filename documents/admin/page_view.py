"""One page as the admin shows it: values for a template, from its current text."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from documents.admin.disputed_text import DisputedText, DisputeView
from documents.admin.rectangles import Rectangle
from documents.exports.links import figure_url, page_image_url, page_text_url
from documents.files.figures import page_of
from documents.models import Document, Page, PageStatus
from documents.models.reading import find_base_reading
from documents.review.flag_rules import MARK_WORDS_BELOW
from documents.review.flags import FlagDescription, describe_flag
from documents.search.query.highlighter import Matcher
from documents.search.text.page_text import extract_page_text
from documents.text.page_layout import Block, PageLayout
from documents.text.safe_html import sanitise_table
from documents.text.word_diff import Piece, diff_texts

#: Failed pages listed on top: a file whose every page failed needs no thousand lines.
MOST_FAILURES = 30
#: Links to flagged pages; once these are reviewed, the next ones appear.
MOST_FLAGGED = 40
#: Characters that fit into a line of a block's text field, roughly.
LINE = 60


@dataclass(frozen=True)
class BlockView:
    """`table`: sanitised HTML, "" for a block that is no table. `figure`: the address of the
    block's picture, "" for none. `disputed`: None without disputes."""

    id: str
    label: str
    text: str
    rows: int
    place: Rectangle
    table: SafeString
    figure: str
    disputed: DisputedText | None

    @classmethod
    def of(cls, block: Block, document: Document, prefix: str) -> BlockView:
        rows = sum(1 + len(line) // LINE for line in block.text.splitlines()) or 1
        has_figure = page_of(block.figure) is not None
        return cls(
            id=block.id,
            label=block.label,
            text=block.text,
            rows=rows,
            place=Rectangle.of(block.bbox),
            # nh3 leaves only the tags of a table.
            table=SafeString(sanitise_table(block.html) if block.html else ""),  # nosec B703
            figure=figure_url(document.id, block.figure) if has_figure else "",
            disputed=DisputedText.of(block, prefix) if block.disputes else None,
        )


@dataclass(frozen=True)
class Failure:
    number: int
    reason: str


@dataclass(frozen=True)
class PageReview:
    """`width`, `height`: px of the page image, 0 where nothing was read. `confidence`: percent.
    `offered`: how a newer reading differs from the current correction. `readings`: how many there
    are. `hits`: of the query that is marked."""

    number: int
    status: str
    status_label: str
    width: int
    height: int
    image_url: str
    api_url: str
    blocks: list[BlockView]
    doubtful: list[Rectangle]
    disputes: list[DisputeView]
    flags: list[FlagDescription]
    engine: str
    confidence: int | None
    rotation: int
    revision: int
    corrected_by: str
    failure: Failure | None
    offered: list[Piece] | None
    readings: int
    hits: list[Rectangle]

    @classmethod
    def of(
        cls, document: Document, page: Page, *, readings: int = 1, find: Matcher | None = None
    ) -> PageReview:
        layout = page.layout
        revision = page.current_revision
        reading = find_base_reading(page)
        confidence = layout.confidence if layout else None
        author = revision.author if revision else None
        blocks = [
            BlockView.of(block, document, f"d{page.number}-{index}")
            for index, block in enumerate(layout.blocks_in_order() if layout else [])
        ]
        shown = page.status not in (PageStatus.PENDING, PageStatus.RUNNING) or layout is not None
        return cls(
            number=page.number,
            status=page.status,
            status_label=str(PageStatus(page.status).label),
            width=layout.width if layout else 0,
            height=layout.height if layout else 0,
            image_url=page_image_url(document.id, page.number) if shown else "",
            api_url=page_text_url(document.id, page.number),
            blocks=blocks,
            doubtful=_doubtful(layout) if layout else [],
            disputes=[
                view for block in blocks if block.disputed for view in block.disputed.disputes
            ],
            flags=[describe_flag(name) for name in sorted(layout.flags)] if layout else [],
            engine=reading.engine if reading else "",
            confidence=None if confidence is None else round(confidence * 100),
            rotation=reading.rotation if reading else 0,
            revision=page.revision,
            corrected_by=author.display_name if author else "",
            failure=_failure(page) if page.error_code else None,
            offered=_offered(page, layout),
            readings=readings,
            hits=_hits(layout, find) if layout and find else [],
        )


def flagged_pages_of(document: Document) -> list[int]:
    """The numbers of the first flagged pages that no person has corrected."""
    if not document.flags:
        return []
    flagged = document.pages.filter(current_revision=None).exclude(current_reading=None)
    numbers = flagged.exclude(current_reading__flags="").order_by("number")
    return list(numbers.values_list("number", flat=True)[:MOST_FLAGGED])


def failures_of(document: Document) -> list[Failure]:
    """The first failed pages, with the reasons."""
    if not document.pages_failed:
        return []
    failed = document.pages.filter(status=PageStatus.FAILED).order_by("number")
    return [_failure(page) for page in failed[:MOST_FAILURES]]


def _failure(page: Page) -> Failure:
    return Failure(page.number, page.error_text.translated())


def _doubtful(layout: PageLayout) -> list[Rectangle]:
    return [
        Rectangle.of(word.bbox)
        for word in layout.words()
        if word.confidence is not None and word.confidence < MARK_WORDS_BELOW
    ]


def _hits(layout: PageLayout, find: Matcher) -> list[Rectangle]:
    page = extract_page_text(layout)
    return [
        Rectangle.of(box)
        for hit in find.find_hits(page.text)
        for box in page.find_boxes(hit.start, hit.end)
    ]


def _offered(page: Page, layout: PageLayout | None) -> list[Piece] | None:
    if not page.newer_reading or page.current_reading is None or layout is None:
        return None
    newer = PageLayout.from_dict(page.current_reading.layout)
    return list(diff_texts(layout.text, newer.text))
