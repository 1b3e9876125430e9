"""Read reviewed pages with two engines and compare what they read with what people approved.

The truth is what a person approved or corrected. That person began with the reading of some engine
and may have overlooked its errors: the engine that read the pages first is favoured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from django.db.models import Q

from documents.errors import ArchiveError
from documents.exports.rendition import read_pages
from documents.files.storage import original_file
from documents.messages import Message
from documents.models import EngineComparison, OcrMode, Page, PageStatus, ReviewStatus
from documents.text.word_score import score_words

from .engines.base import Engine
from .reading import read_page
from .rendering import Renderer

log = structlog.get_logger(__name__)

#: A sample is the same for the same archive, so that a comparison can be repeated.
_SEED = 17


def choose_pages(most: int) -> list[Page]:
    """A sample of at most `most` pages with text that a person approved or corrected."""
    reviewed = Q(document__review_status=ReviewStatus.APPROVED) | ~Q(current_revision=None)
    pages = Page.objects.filter(
        reviewed, status=PageStatus.DONE, document__trashed_at=None
    ).exclude(document__review_status=ReviewStatus.REJECTED)
    numbers = list(pages.order_by("id").values_list("id", flat=True))
    random.Random(_SEED).shuffle(numbers)  # noqa: S311  # nosec B311 - a sample
    chosen: list[Page] = []
    for number in numbers:
        if len(chosen) == most:
            break
        page = Page.objects.with_text().select_related("document").get(id=number)
        if page.layout is not None and page.layout.text.split():
            chosen.append(page)
    return chosen


def find_objection(engine: Engine) -> Message | None:
    """Why `auto` must not take this version: it read reviewed pages worse than the engine in use,
    and no administrator has approved it since."""
    held = EngineComparison.objects.find_held(engine.name, engine.version)
    if held is None:
        return None
    return Message(
        "Version {version} read {pages} reviewed pages worse than {used}: word F1 {f1}, not "
        "{used_f1}. An administrator may approve it.",
        version=held.version,
        pages=held.pages,
        used=f"{held.used_engine} {held.used_version}",
        f1=f"{held.f1:.3f}",
        used_f1=f"{held.used_f1:.3f}",
    )


def compare(
    pages: Sequence[Page],
    engines: Iterable[Callable[[], Engine]],
    tell: Callable[[str, int], None] = lambda engine, number: None,
) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """Read `pages` with two engines, one after the other: both may not fit into memory.

    `engines`: what loads each; it raises EngineUnavailable. `tell`: called with an engine's name
    and which of the pages (from 1) it begins. Returns name and version of each, and a row for each
    page as `record_comparison` takes it.
    """
    names: list[tuple[str, str]] = []
    columns: list[list[dict[str, Any]]] = []
    for load in engines:
        engine = load()
        try:
            names.append((engine.name, engine.version))
            with Renderer() as renderer:
                column = []
                for number, page in enumerate(pages, start=1):
                    tell(engine.name, number)
                    column.append(_read(renderer, engine, page))
                columns.append(column)
        finally:
            engine.close()
    rows = [
        {
            "document": str(page.document_id),
            "page": page.number,
            "title": page.document.title or page.document.filename,
            "as_read_by": _find_author(page),
            **{name: [one[name] for one in both] for name in both[0]},
        }
        for page, *both in zip(pages, *columns, strict=True)
    ]
    return names, rows


def _find_author(page: Page) -> str:
    """The engine whose reading was approved as it was; "" where a person has corrected it."""
    if page.current_revision_id is not None or page.current_reading is None:
        return ""
    return page.current_reading.engine


def _read(renderer: Renderer, engine: Engine, page: Page) -> dict[str, Any]:
    """A page that an engine can't read scores 0."""
    document, truth = page.document, page.layout
    assert truth is not None
    begun = time.monotonic()
    found: dict[str, Any] = {"f1": 0.0, "flags": [], "disputes": 0, "error": ""}
    try:
        with original_file(document.id, document.filename) as original:
            layout = read_pages(
                document.id,
                document.mime_type,
                original,
                lambda path, mime_type: (
                    read_page(
                        renderer,
                        engine,
                        path,
                        mime_type,
                        page.number,
                        ocr=OcrMode.ALWAYS,
                        language=document.language,
                    ).layout
                ),
            )
    except ArchiveError as error:
        log.warning("compared_page_failed", document=str(document.id), page=page.number,
                    engine=engine.name, code=error.code, reason=error.detail)  # fmt: skip
        found["error"] = error.code
    else:
        found["f1"] = round(score_words(layout.text, truth.text), 4)
        found["flags"] = list(layout.flags)
        found["disputes"] = sum(len(block.disputes) for block in layout.blocks)
    found["seconds"] = round(time.monotonic() - begun, 2)
    return found
