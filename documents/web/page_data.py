"""One page of a document as the document's page shows it: JSON for its scripts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from documents.exports.links import figure_url, page_image_url
from documents.files.figures import page_of
from documents.http.engines import engine_name
from documents.models import Document, Page, PageStatus
from documents.models.reading import find_base_reading
from documents.review.dispute_places import find_dispute_places
from documents.review.flag_rules import MARK_WORDS_BELOW
from documents.review.flags import describe_flag
from documents.search.query.highlighter import Matcher
from documents.search.text.page_text import extract_page_text
from documents.text.formulas import latex_to_mathml
from documents.text.markdown import FORMULA_LABELS
from documents.text.page_layout import Block, Box, PageLayout
from documents.text.safe_html import sanitise_table
from documents.text.word_alignment import Effort
from documents.text.word_places import WordPlace, place_words
from documents.web.labels import label_name


def page_for_people(document: Document, page: Page, find: Matcher | None) -> dict[str, Any]:
    """Needs the page's texts and the correction's author loaded. `find` marks the hits of a query.

    A word is `[start, end, x0, y0, x1, y1, doubtful]`: characters of its block's text and px of the
    page image; without a known place `[start, end]`. Tables and formulas are sanitised markup.
    """
    layout = page.layout
    reading = find_base_reading(page)
    author = page.current_revision.author if page.current_revision else None
    effort = Effort()
    return {
        "number": page.number,
        "status": page.status,
        "status_label": str(PageStatus(page.status).label),
        "width": layout.width if layout else 0,
        "height": layout.height if layout else 0,
        # Drawn as it lies until a reading says which way is up: then it has another address.
        "image": page_image_url(document.id, page.number) + ("" if layout else "?unread"),
        "revision": page.revision,
        "blocks": [
            _block(document, block, effort)
            for block in (layout.blocks_in_order() if layout else ())
        ],
        "hits": [_box(box) for box in _hits(layout, find)] if layout and find else [],
        "flags": [_flag(name) for name in sorted(layout.flags)] if layout else [],
        "failure": page.error_text.translated() if page.error_code else "",
        "engine": engine_name(reading.engine) if reading and reading.engine else "",
        "confidence": _percent(layout.confidence if layout else None),
        "corrected_by": author.display_name if author else "",
        "is_corrected": page.current_revision_id is not None,
        "newer_reading": page.newer_reading,
        "readings": page.readings.count(),
    }


def _percent(confidence: float | None) -> int | None:
    return None if confidence is None else round(confidence * 100)


def _flag(name: str) -> dict[str, str]:
    found = describe_flag(name)
    return {"name": name, "label": str(found.label), "advice": str(found.advice)}


def _block(document: Document, block: Block, effort: Effort) -> dict[str, Any]:
    places = place_words(block, effort)
    return {
        "id": block.id,
        "label": block.label,
        "label_name": label_name(block.label),
        "box": _box(block.bbox),
        "text": block.text,
        "words": [_word(place) for place in places],
        "table": sanitise_table(block.html) if block.html else "",
        "math": latex_to_mathml(block.text) if block.label in FORMULA_LABELS else "",
        "figure": figure_url(document.id, block.figure) if page_of(block.figure) else "",
        "continues": block.continues,
        "disputes": _disputes(block, places),
    }


def _word(place: WordPlace) -> list[float]:
    if place.box is None:
        return [place.start, place.end]
    doubtful = place.confidence is not None and place.confidence < MARK_WORDS_BELOW
    return [place.start, place.end, *_box(place.box), int(doubtful)]


def _disputes(block: Block, places: list[WordPlace]) -> list[dict[str, Any]]:
    """`start`, `end`: characters of the text; null where the disputed words are not found in it."""
    found = []
    for dispute, words in zip(block.disputes, find_dispute_places(block), strict=True):
        start = end = None
        if words is not None and words.start < len(places):
            start = places[words.start].start
            end = places[words.stop - 1].end if len(words) else start
        found.append(
            {
                "box": _box(dispute.bbox),
                "text": dispute.text or _("nothing"),
                "other": dispute.other or _("nothing"),
                "other_text": dispute.other,
                "start": start,
                "end": end,
            }
        )
    return found


def _hits(layout: PageLayout, find: Matcher) -> list[Box]:
    page = extract_page_text(layout)
    return [box for hit in find.find_hits(page.text) for box in page.find_boxes(hit.start, hit.end)]


def _box(box: Box) -> list[float]:
    return [round(value, 1) for value in box]
