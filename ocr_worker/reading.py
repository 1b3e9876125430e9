"""Read one page of a file: from its text layer where that can be trusted, else by OCR.

No database and no queue: a path goes in, a layout comes out.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings

from documents.engines.names import EngineName
from documents.errors import EngineUnavailable, InvalidRequest, ReadingError
from documents.messages import Message
from documents.models import OcrMode
from documents.review.flag_rules import Flag, add_flags, has_low_confidence
from documents.text.mixed_script import find_mixed_words
from documents.text.page_layout import PageLayout
from ocr_worker import quality
from ocr_worker.rendering.rotate import rotate_clockwise
from ocr_worker.text_layer import extract
from ocr_worker.text_layer.doubt import find_doubtful_words

from .add_remarks import add_remarks
from .aligned_tables import make_aligned_tables
from .correction import Corrected, correct_page
from .doubtful_page import read_doubtful
from .drop_caps import join_drop_caps
from .engines.base import Engine
from .engines.word_lists import is_known_word
from .figures import cut_out_figures
from .find_unread import find_unread_lines
from .layer_sample import LEAST_AGREEMENT, leave_out, measure_agreement
from .layer_tables import make_layer_tables
from .read_tables import read_tables, without_rules
from .rendering import RenderedPage, Renderer
from .rendering.geometry import guess_dpi, page_image_size
from .unread_ink import Sheet, read_unread
from .word_look import look_again

log = structlog.get_logger(__name__)

#: The engine of a reading from the text layer. Its version is the product's, whose code reads it.
TEXT_LAYER = EngineName.TEXT_LAYER.value
TEXT_LAYER_VERSION: str = settings.OCRSITE_VERSION


@dataclass(frozen=True)
class PageReading:
    """A page as read. The layout's boxes are px of the page image (longest side: 2,000 px at most).

    `engine`, `engine_version`: the engine that read it, as in the HTTP contract. `page_image`: that
    image as WebP where people will look at it soon; None where it is drawn when somebody does.
    `thumbnail`: likewise, small. `figures`: the figures that the layout's blocks name, as WebP, by
    name.
    """

    layout: PageLayout
    engine: str
    engine_version: str
    page_image: bytes | None
    figures: Mapping[str, bytes] = field(default_factory=dict)
    thumbnail: bytes | None = None


def read_page(
    renderer: Renderer,
    engine: Engine | None,
    path: Path,
    mime_type: str,
    number: int,
    *,
    ocr: str = OcrMode.AUTO,
    language: str = "",
    seconds: float | None = None,
    engine_is_coming: bool = False,
) -> PageReading:
    """Read page `number` (from 1) of the file.

    `ocr`: an OcrMode (AUTO: OCR where the text layer is not plausible). `language`: the document's
    (ISO 639-1), "" where unknown. `seconds`: limit of recognition by the clock; None: the engine's
    own. Rendering has its own limits. A blank page is a reading without text, without OCR.
    `engine_is_coming`: where `engine` is None, a page is worth waiting for one already where its
    text layer is doubtful or lacks what the page shows; else it is read with a flag.

    Raises a ReadingError with the page's number; EngineUnavailable where OCR is needed and
    `engine` is None; InvalidRequest for an unknown `ocr`.
    """
    if ocr not in OcrMode.values:
        choices = ", ".join(OcrMode.values)
        raise InvalidRequest.for_field(
            "ocr", Message("{field} is one of {choices}.", field="ocr", choices=choices)
        )
    try:
        if ocr != OcrMode.ALWAYS:
            forced = ocr == OcrMode.NEVER
            of_file = (renderer, engine, path, mime_type, number, language, seconds)
            reading = _read_text_layer(*of_file, forced=forced, waits=engine_is_coming)
            if reading is not None:
                return reading
        reading = _recognise(renderer, engine, path, mime_type, number, language, seconds)
        if mime_type != "application/pdf":
            return reading
        remarks = renderer.read_remarks(path, mime_type, number)
        return replace(reading, layout=add_remarks(reading.layout, *remarks))
    except ReadingError as error:
        error.page = number
        raise


def _read_text_layer(
    renderer: Renderer,
    engine: Engine | None,
    path: Path,
    mime_type: str,
    number: int,
    language: str,
    seconds: float | None,
    *,
    forced: bool,
    waits: bool,
) -> PageReading | None:
    """Read the page from its text layer; None where that can't be trusted.

    What the page shows and the layer lacks is read by `engine`; so is a sample of a doubtful layer.
    `forced`: use the layer as it is, without OCR, and return an empty reading where there is none.
    `waits`: raise EngineUnavailable where there is something to read and no engine.
    """
    layer = None
    if mime_type == "application/pdf":
        layer = renderer.read_text_layer(path, mime_type, number, last_word=forced)
    if layer is None:
        return _read_as_empty(renderer, path, mime_type, number) if forced else None
    if not forced:
        reason = extract.find_distrust_reason(layer)
        if reason is not None:
            if layer.words:
                log.info("text_layer_rejected", page=number, reason=reason)
            return None
    reader = None if forced else engine
    if reader is not None:
        seconds = reader.needs.seconds if seconds is None else seconds
    deadline = time.monotonic() + (seconds or 0.0)

    @cache
    def draw() -> RenderedPage:
        return renderer.render_for_parts(path, mime_type, number)

    doubtful = () if forced else find_doubtful_words(layer)
    if reader is None and waits and (doubtful or extract.select_unread_lines(layer)):
        raise _engine_unavailable()
    if reader is not None and doubtful:
        agreement = measure_agreement(
            reader, draw(), layer, doubtful, language=language, seconds=deadline - time.monotonic()
        )
        log.info("text_layer_doubted", page=number, words=len(doubtful), agreement=agreement)
        if agreement is not None and agreement < LEAST_AGREEMENT:
            believed = leave_out(layer, doubtful)
            if believed is None:
                return None
            layer = believed
    layout = make_layer_tables(extract.convert_to_layout(layer), layer)
    layout = make_aligned_tables(layout, ids="ba")
    layout = join_drop_caps(layout, is_known_word)
    scanned = extract.is_of_scan(layer)
    if scanned:
        layout = quality.judge_layer(quality.mend_layout(layout, is_known_word), is_known_word)
    if scanned and reader is not None:
        left = deadline - time.monotonic()
        layout = look_again(layout, reader, draw, language=language, seconds=left)

    def draw_upright() -> Sheet:
        page = draw()
        return Sheet(rotate_clockwise(page.image, layout.rotation), page.dpi)

    layout = read_unread(
        layout,
        extract.place_unread_lines(layer, layout),
        draw=draw_upright,
        engine=reader,
        language=language,
        seconds=deadline - time.monotonic(),
    )
    flags = {
        Flag.EMPTY_REGION: layout.unread > 0,
        Flag.LOW_CONFIDENCE: has_low_confidence(layout) or (reader is None and bool(doubtful)),
        Flag.HIDDEN_TEXT: extract.has_hidden_text(layer),
        Flag.LOOKALIKES: bool(find_mixed_words(layout)),
    }
    layout = add_flags(layout, (flag for flag, found in flags.items() if found))
    version = quality.with_calibration(TEXT_LAYER_VERSION) if scanned else TEXT_LAYER_VERSION
    return PageReading(layout, TEXT_LAYER, version, None)


def _read_as_empty(
    renderer: Renderer,
    path: Path,
    mime_type: str,
    number: int,
    engine: str = TEXT_LAYER,
    version: str = TEXT_LAYER_VERSION,
) -> PageReading:
    image = renderer.render_page_image(path, mime_type, number, rotation=0)
    layout = PageLayout(image.width, image.height, image.dpi)
    small = renderer.render_thumbnail(path, mime_type, number)
    return PageReading(layout, engine, version, image.data, thumbnail=small)


def _recognise(
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
    flags = (Flag.DAMAGED,) if page.damaged else ()
    if page.blank:
        read_by = (TEXT_LAYER, TEXT_LAYER_VERSION)
        if engine is not None:
            read_by = (engine.name, engine.version)
        empty = _read_as_empty(renderer, path, mime_type, number, *read_by)
        return replace(empty, layout=add_flags(empty.layout, flags))
    if engine is None:
        raise _engine_unavailable()
    seconds = engine.needs.seconds if seconds is None else seconds
    deadline = time.monotonic() + seconds
    # A model of vision reads photographs as they are.
    corrected = Corrected(page.image, page.image.size) if colour else correct_page(page.image)
    if corrected.done:
        log.info("page_corrected", page=number, what=corrected.done)
    layout = engine.read(corrected.image, dpi=page.dpi, language=language, seconds=seconds)
    if engine.needs.dpi and not layout.text and not page.estimated:
        # Ink and no words: some files state a wrong resolution (a page of text on two inches), and
        # the engine does not see letters of the wrong size at all.
        guess = guess_dpi(*page.image.size)
        left = max(deadline - time.monotonic(), 0.0)
        layout = engine.read(corrected.image, dpi=guess, language=language, seconds=left)
    if not colour:
        layout, corrected = read_doubtful(
            layout,
            page,
            corrected,
            lambda: renderer.render_page(path, mime_type, number, colour=True),
            engine=engine,
            language=language,
            seconds=deadline - time.monotonic(),
        )
    upright = rotate_clockwise(corrected.image, layout.rotation)
    seen = upright
    if engine.needs.dpi:
        layout, seen = read_tables(
            layout,
            upright,
            dpi=page.dpi,
            engine=engine,
            language=language,
            seconds=max(deadline - time.monotonic(), 0.0),
        )
    elif any(block.label == "table" and block.html for block in layout.blocks):
        seen = without_rules(upright)  # a model of vision has read its tables by itself
    layout = join_drop_caps(quality.mend_layout(layout, is_known_word), is_known_word)
    layout = quality.calibrate_layout(layout, engine.name, is_known_word)
    layout = read_unread(
        layout,
        find_unread_lines(layout, seen),
        draw=lambda: Sheet(seen, page.dpi),
        engine=engine,
        language=language,
        seconds=max(deadline - time.monotonic(), 0.0),
    )
    if engine.needs.dpi:
        layout = make_aligned_tables(layout)
    layout = quality.assess_layout(layout, ink=quality.make_ink_detector(upright.convert("L")))
    if not layout.blocks:  # not blank, and nothing was read: smeared print has no lines to be seen
        flags = (*flags, Flag.EMPTY_REGION)
    layout = add_flags(layout, flags)
    layout, figures = cut_out_figures(upright, layout, number)
    layout = corrected.place_on_page(layout)
    width, height = page_image_size(layout.width, layout.height)
    fitted = layout.scale(width / layout.width, width=width, height=height)
    image = None
    if number == 1 or layout.flags:  # what people open first; the others are drawn when opened
        image = renderer.render_page_image(path, mime_type, number, rotation=layout.rotation).data
    small = renderer.render_thumbnail(path, mime_type, number, rotation=layout.rotation)
    version = quality.with_calibration(engine.version, engine.name)
    return PageReading(fitted, engine.name, version, image, figures, small)


def _engine_unavailable() -> EngineUnavailable:
    return EngineUnavailable(
        Message("The page needs OCR, and this worker has no engine. Start a worker that has one.")
    )
