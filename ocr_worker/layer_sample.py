"""Hold a sample of a text layer's lines against the page: what does an engine see there?"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PIL import Image
from rapidfuzz import fuzz

from documents.text.lookalikes import TWINS
from documents.text.page_layout import Box
from ocr_worker.rendering import LayerWord, RenderedPage, TextLayer
from ocr_worker.text_layer.columns import Segment, split_segments
from ocr_worker.text_layer.language_check import profile_text

from .engines.base import Engine

#: Lines and letters in a sample, at most.
_LINES = 5
_LETTERS = 240

#: Confidence and letters with which the engine must have read the sample to judge by it.
_SURE = 0.6
_ENOUGH = 4

#: Share of common pairs of letters that what the engine read must have to speak against a layer.
_LANGUAGE = 0.4

#: A layer that agrees less says something else than the page. Two different texts of one length
#: agree by 0.3, a true layer and its reading by 0.8 or more.
LEAST_AGREEMENT = 0.55

#: px between two lines of the sample, and around it.
_MARGIN = 24


def measure_agreement(
    engine: Engine,
    page: RenderedPage,
    layer: TextLayer,
    words: Sequence[LayerWord],
    *,
    language: str,
    seconds: float,
) -> float | None:
    """How far `words` of the layer say what `page` shows: 0 (nothing) to 1; None: can't be told.

    `page`: the page as drawn for OCR. `seconds`: limit by the clock. Raises as `Engine.read`.
    """
    lines = _choose_lines(words)
    if not lines:
        return None
    sample = _cut_out(page.image, [line.bbox for line in lines], page.image.width / layer.width)
    seen = engine.read(sample, dpi=page.dpi, language=language, seconds=seconds)
    read = _fold(seen.text)
    confidence = seen.confidence
    if len(read) < _ENOUGH or (confidence is not None and confidence < _SURE):
        return None
    said = _fold(" ".join(word.text for line in lines for word in line.words))
    agreement = float(fuzz.ratio(said, read)) / 100
    if agreement < LEAST_AGREEMENT and profile_text(seen.text.split()).pairs < _LANGUAGE:
        return None  # what the engine read is no language either: a barcode, a foreign script
    return agreement


def _choose_lines(words: Sequence[LayerWord]) -> list[Segment]:
    """The longest lines, in their order: they say most."""
    level = [word for word in words if not word.turn]
    segments = split_segments(level)
    longest = sorted(segments, key=lambda s: -sum(len(word.text) for word in s.words))
    chosen: list[Segment] = []
    letters = 0
    for segment in longest[:_LINES]:
        if letters >= _LETTERS:
            break
        chosen.append(segment)
        letters += sum(len(word.text) for word in segment.words)
    return sorted(chosen, key=segments.index)


def _cut_out(image: Image.Image, boxes: Sequence[Box], scale: float) -> Image.Image:
    """The boxes (points) of `image` below each other, `scale` px a point."""
    cuts = []
    for x0, y0, x1, y1 in boxes:
        around = 0.35 * (y1 - y0)
        grown = x0 - around, y0 - around, x1 + around, y1 + around
        left, top, right, bottom = (round(value * scale) for value in grown)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, image.width), min(bottom, image.height)
        if right > left and bottom > top:
            cuts.append(image.crop((left, top, right, bottom)))
    width = max((cut.width for cut in cuts), default=1) + 2 * _MARGIN
    height = sum(cut.height + _MARGIN for cut in cuts) + _MARGIN
    sheet = Image.new(image.mode, (width, height), "white")
    y = _MARGIN
    for cut in cuts:
        sheet.paste(cut, (_MARGIN, y))
        y += cut.height + _MARGIN
    return sheet


def _fold(text: str) -> str:
    """Without case, white space and accents, and with one letter for those that look alike."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (ch for ch in plain if not ch.isspace() and not unicodedata.combining(ch))
    return "".join(TWINS.get(ch, ch) for ch in kept)
