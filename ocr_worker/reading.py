"""One page of a file, read: from its text layer where that can be trusted, else by OCR.

No database and no queue here: a path goes in, a layout comes out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from documents.errors import EngineUnavailable, InvalidRequest, ReadingError
from documents.text.page_layout import PageLayout
from ocr_worker import quality
from ocr_worker.rendering.rotate import rotate_clockwise
from ocr_worker.text_layer import extract

from .engines.base import Engine
from .figures import cut_out_figures
from .rendering import Renderer
from .rendering.geometry import guess_dpi

logger = logging.getLogger(__name__)

#: `ocr` of a document: the layer where plausible, OCR always, or the layer whatever it is.
OCR_CHOICES = ("auto", "always", "never")

#: Engine of a reading from the text layer, and the version of our way of reading it.
TEXT_LAYER = "text-layer"
TEXT_LAYER_VERSION = "1"


@dataclass(frozen=True)
class PageReading:
    """What was read. The layout's boxes are px of the page image (at most 2,000 px long).

    `engine`, `engine_version`: what read it, as in the HTTP contract. `page_image`: that image as
    WebP where reading made one; None where it is made when somebody looks. `figures`: the pictures
    that the layout's blocks name, by name (`documents.files.figures.name_of`), as WebP.
    """

    layout: PageLayout
    engine: str
    engine_version: str
    page_image: bytes | None
    figures: Mapping[str, bytes] = field(default_factory=dict)


def read_page(
    renderer: Renderer,
    engine: Engine | None,
    path: Path,
    mime_type: str,
    number: int,
    *,
    ocr: str = "auto",
    language: str = "",
    seconds: float | None = None,
) -> PageReading:
    """Read page `number` (from 1) of the file.

    `ocr`: one of OCR_CHOICES. `language`: the document's (ISO 639-1), "" where unknown.
    `seconds`: what recognition may take by the clock, None for what the engine needs; rendering
    has its own limits. A page without ink is done with no text, and no OCR.

    Raises a ReadingError with the page's number; EngineUnavailable where OCR is needed and
    `engine` is None; InvalidRequest for an unknown `ocr`.
    """
    if ocr not in OCR_CHOICES:
        raise InvalidRequest(f"ocr is one of {', '.join(OCR_CHOICES)}, not {ocr!r}.")
    try:
        if ocr != "always":
            reading = _from_layer(renderer, path, mime_type, number, whatever=ocr == "never")
            if reading is not None:
                return reading
        return _recognised(renderer, engine, path, mime_type, number, language, seconds)
    except ReadingError as error:
        error.page = number
        raise


def _from_layer(
    renderer: Renderer, path: Path, mime_type: str, number: int, *, whatever: bool
) -> PageReading | None:
    """The page from its text layer; None where it has none that can be trusted.

    With `whatever`, there is always a reading: an empty one, if need be.
    """
    layer = None
    if mime_type == "application/pdf":
        layer = renderer.read_text_layer(path, mime_type, number)
    if layer is None:
        return _empty(renderer, path, mime_type, number) if whatever else None
    if not whatever:
        reason = extract.find_distrust_reason(layer)
        if reason is not None:
            if layer.words:
                logger.info("page %d: its text layer is not used (%s)", number, reason)
            return None
    return PageReading(extract.convert_to_layout(layer), TEXT_LAYER, TEXT_LAYER_VERSION, None)


def _empty(
    renderer: Renderer,
    path: Path,
    mime_type: str,
    number: int,
    engine: str = TEXT_LAYER,
    version: str = TEXT_LAYER_VERSION,
) -> PageReading:
    image = renderer.render_page_image(path, mime_type, number, rotation=0)
    layout = PageLayout(image.width, image.height, image.dpi)
    return PageReading(layout, engine, version, image.data)


def _recognised(
    renderer: Renderer,
    engine: Engine | None,
    path: Path,
    mime_type: str,
    number: int,
    language: str,
    seconds: float | None,
) -> PageReading:
    colour = engine is not None and engine.needs.colour
    page = renderer.render_page(path, mime_type, number, colour=colour)
    if page.blank:
        if engine is None:
            return _empty(renderer, path, mime_type, number)
        return _empty(renderer, path, mime_type, number, engine.name, engine.version)
    if engine is None:
        raise EngineUnavailable(
            "The page needs OCR, and this process has no engine. Start a reader that has one."
        )
    seconds = engine.needs.seconds if seconds is None else seconds
    deadline = time.monotonic() + seconds
    layout = engine.read(page.image, dpi=page.dpi, language=language, seconds=seconds)
    if engine.needs.dpi and not layout.text and not page.estimated:
        # Ink and no words: some files state a resolution that was never theirs (a page of text on
        # two inches), and letters of the wrong size are not seen at all.
        guess = guess_dpi(*page.image.size)
        left = max(deadline - time.monotonic(), 0.0)
        layout = engine.read(page.image, dpi=guess, language=language, seconds=left)
    upright = rotate_clockwise(page.image, layout.rotation)
    layout = quality.assess_layout(layout, ink=quality.make_ink_detector(upright.convert("L")))
    layout, figures = cut_out_figures(upright, layout, number)
    image = renderer.render_page_image(path, mime_type, number, rotation=layout.rotation)
    fitted = layout.scale(image.width / layout.width, width=image.width, height=image.height)
    return PageReading(fitted, engine.name, engine.version, image.data, figures)
