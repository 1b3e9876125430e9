"""Hold a sample of a text layer's lines against the page: what does an engine see there?"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from PIL import Image
from rapidfuzz import fuzz

from documents.text.lookalikes import TWINS
from documents.text.page_layout import Box, bounding_box
from ocr_worker.rendering import LayerWord, RenderedPage, TextLayer, UnreadLine
from ocr_worker.rendering.rotate import rotate_clockwise
from ocr_worker.text_layer.columns import Segment, group_rotated, split_segments
from ocr_worker.text_layer.doubt import is_foreign
from ocr_worker.text_layer.extract import find_main_turn, rotate_word, select_trusted_words
from ocr_worker.text_layer.language_check import profile_text

from .engines.base import Engine

#: Lines in a sample at most, letters from which it is enough, and letters of one line: 30 letters
#: tell two texts apart, and the time of a reading grows with each.
_LINES = 5
_LETTERS = 130
_LINE_LETTERS = 45


class _Certainty(NamedTuple):
    """How certainly the engine must have read the sample to judge by it: its confidence, letters,
    and, to speak against the layer, the share of common pairs of letters."""

    confidence: float
    letters: int
    pairs: float


_CERTAIN = _Certainty(0.6, 4, 0.4)
#: Where the layer is in a script that the engine does not know: of true Chinese it makes noise.
_CERTAIN_OF_FOREIGN = _Certainty(0.8, 10, 0.5)

#: A layer that agrees less says something else than the page. Two different texts of one length
#: agree by 0.3, a true layer and its reading by 0.8 or more.
LEAST_AGREEMENT = 0.5

#: The share of a layer's letters up to which lies are left out of it, and read by themselves.
_FEW = 0.4

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

    `page`: the page as drawn for parts, in gray. `seconds`: limit by the clock. Raises as
    `Engine.read`.
    """
    rotation = (360 - find_main_turn(words)) % 360
    upright = [rotate_word(word, rotation, layer.width, layer.height) for word in words]
    lines = _choose_lines(upright)
    if not lines:
        return None
    image = rotate_clockwise(page.image, rotation)
    sample = _cut_out(image, [line.box for line in lines], page.image.width / layer.width)
    seen = engine.read_part(sample, dpi=page.dpi, language=language, seconds=seconds, upright=True)
    said, read = _fold(" ".join(line.text for line in lines)), _fold(seen.text)
    confidence = seen.confidence
    needed = _CERTAIN_OF_FOREIGN if is_foreign(said) else _CERTAIN
    if len(read) < needed.letters or (confidence is not None and confidence < needed.confidence):
        return None
    agreement = float(fuzz.ratio(said, read)) / 100
    if agreement < LEAST_AGREEMENT and profile_text(seen.text.split()).pairs < needed.pairs:
        return None  # what the engine read is no language either: a barcode, a foreign script
    return agreement


def leave_out(layer: TextLayer, lies: Sequence[LayerWord]) -> TextLayer | None:
    """The layer without words that say something else than the page; where they stood, its lines
    are unread. None where hardly anything else would be left."""
    letters = sum(len(word.text) for word in lies)
    if letters > _FEW * sum(len(word.text) for word in select_trusted_words(layer)):
        return None
    out = {id(word) for word in lies}
    lines = split_segments([word for word in lies if not word.turn])
    lines += group_rotated([word for word in lies if word.turn])
    unread = [UnreadLine(s.bbox, sum(len(word.text) for word in s.words)) for s in lines]
    return replace(
        layer,
        words=tuple(word for word in layer.words if id(word) not in out),
        unread=(*layer.unread, *unread),
    )


@dataclass(frozen=True)
class _Line:
    """What a line of the layer, or its beginning, says; the box around it, points."""

    text: str
    box: Box


def _choose_lines(words: Sequence[LayerWord]) -> list[_Line]:
    """The beginnings of the longest lines, in their order: they say most."""
    segments = split_segments([word for word in words if not word.turn])
    lengths = [sum(len(word.text) for word in segment.words) for segment in segments]
    longest = sorted(range(len(segments)), key=lambda index: -lengths[index])
    chosen: dict[int, _Line] = {}
    letters = 0
    for index in longest[:_LINES]:
        if letters >= _LETTERS:
            break
        chosen[index] = _shorten(segments[index])
        letters += len(chosen[index].text)
    return [chosen[index] for index in sorted(chosen)]


def _shorten(line: Segment) -> _Line:
    """The first words of the line, with a margin in which nothing else stands."""
    letters = count = 0
    for word in line.words:
        if letters >= _LINE_LETTERS:
            break
        letters += len(word.text)
        count += 1
    kept = line.words[:count]
    x0, y0, x1, y1 = bounding_box(word.bbox for word in kept)
    around = 0.35 * (y1 - y0)
    right = x1 + around
    if count < len(line.words):
        right = (x1 + max(line.words[count].bbox[0], x1)) / 2
    return _Line(
        " ".join(word.text for word in kept), (x0 - around, y0 - around, right, y1 + around)
    )


def _cut_out(image: Image.Image, boxes: Sequence[Box], scale: float) -> Image.Image:
    """The boxes (points) of `image` below each other, `scale` px a point."""
    cuts = []
    for box in boxes:
        left, top, right, bottom = (round(value * scale) for value in box)
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
