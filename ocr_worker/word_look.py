"""Look again at the doubtful words of a scanner's text layer: what does an engine see there?

The words are cut out of the page and read together, each in a row of its own: a tenth of a second
or two, where a page has such words at all. Where the engine sees the same, the word is believed
more; where it surely sees another one, a known word or a number, that is what the page says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from PIL import Image

from documents.errors import EngineFailed, ReadingTimeout
from documents.review.flag_rules import MARK_WORDS_BELOW
from documents.text.page_layout import Block, Line, PageLayout, Word, mean_confidence
from ocr_worker.quality import calibrate_layout
from ocr_worker.quality.mend_layout import put_words, replace_words
from ocr_worker.rendering import RenderedPage

from .engines.base import Engine
from .engines.plug_ins import reader_of_parts
from .engines.word_lists import is_known_word

log = structlog.get_logger(__name__)

#: The most words that are looked at on one page, and the probability below which a word is.
_MOST_WORDS = 24
_DOUBTFUL = 0.8

#: The probability that the engine's word needs to stand in place of the layer's.
_SURE = MARK_WORDS_BELOW

#: px between two rows of the sheet and at its edges; the margin around a word, of its height.
_GAP = 30
_MARGIN = 0.2


@dataclass(frozen=True)
class _Row:
    """A doubtful word, and the part of the sheet, px, where it stands."""

    word: Word
    top: int
    bottom: int


def look_again(
    layout: PageLayout,
    engine: Engine,
    draw: Callable[[], RenderedPage],
    *,
    language: str,
    seconds: float,
) -> PageLayout:
    """`layout`, of a scanner's text layer with confidences, after a look at its doubtful words.

    `draw`: draws the page for parts, not turned. `seconds`: limit by the clock. Raises
    EngineUnavailable.
    """
    words = [word for word in layout.words() if _is_doubtful(word)]
    if not words or layout.rotation:
        return layout
    words = sorted(words, key=lambda word: word.confidence or 0.0)[:_MOST_WORDS]
    page = draw()
    sheet, rows = _cut_out(page.image, words, page.image.width / layout.width)
    try:
        seen = engine.read_part(
            sheet, dpi=page.dpi, language=language, seconds=seconds, upright=True
        )
    except (ReadingTimeout, EngineFailed) as error:
        log.warning("doubtful_words_not_looked_at", code=error.code, reason=error.detail)
        return layout
    seen = calibrate_layout(seen, reader_of_parts(engine.name), is_known_word)
    better = {id(row.word): _judge(row, seen) for row in rows}
    log.info("doubtful_words_looked_at", words=len(rows))
    return replace(layout, blocks=tuple(_put(block, better) for block in layout.blocks))


def _is_doubtful(word: Word) -> bool:
    return (
        word.confidence is not None
        and word.confidence < _DOUBTFUL
        and any(map(str.isalnum, word.text))
    )


def _cut_out(
    image: Image.Image, words: Sequence[Word], scale: float
) -> tuple[Image.Image, list[_Row]]:
    """The words below each other on a white sheet."""
    cuts = []
    for word in words:
        x0, y0, x1, y1 = (value * scale for value in word.bbox)
        rim = _MARGIN * (y1 - y0)
        box = (
            max(round(x0 - rim), 0),
            max(round(y0 - rim), 0),
            min(round(x1 + rim), image.width),
            min(round(y1 + rim), image.height),
        )
        if box[2] > box[0] and box[3] > box[1]:
            cuts.append((word, image.crop(box)))
    width = max((cut.width for _, cut in cuts), default=1) + 2 * _GAP
    height = sum(cut.height + _GAP for _, cut in cuts) + _GAP
    sheet = Image.new(image.mode, (width, height), "white")
    rows, y = [], _GAP
    for word, cut in cuts:
        sheet.paste(cut, (_GAP, y))
        rows.append(_Row(word, y, y + cut.height))
        y += cut.height + _GAP
    return sheet, rows


def _judge(row: _Row, seen: PageLayout) -> Word:
    """The word as it is to be recorded."""
    word = row.word
    found = [
        each for each in seen.words() if row.top <= (each.bbox[1] + each.bbox[3]) / 2 < row.bottom
    ]
    own = word.confidence or 0.0
    if not found:
        return word
    text = " ".join(each.text for each in sorted(found, key=lambda each: each.bbox[0]))
    sure = min(each.confidence or 0.0 for each in found)
    if text == word.text:
        return replace(word, confidence=round(1 - (1 - own) * (1 - sure), 4))
    if len(found) == 1 and sure >= _SURE and _is_plain(text):
        return replace(word, text=text, confidence=sure)
    return replace(word, confidence=round(min(own, 1 - sure), 4))


def _is_plain(text: str) -> bool:
    """Whether a word is a known one, or a number: nothing else takes a layer's place."""
    core = text.strip(".,;:!?()«»\"'")
    if core.isalpha():
        return len(core) > 1 and is_known_word(core) is True
    return any(map(str.isdigit, core)) and not any(map(str.isalpha, core))


def _put(block: Block, better: dict[int, Word]) -> Block:
    if not any(id(word) in better for word in block.words()):
        return block
    lines = [_put_line(line, better) for line in block.lines]
    placed = replace_words(block, lines)
    return replace(
        placed,
        confidence=mean_confidence((word.confidence, len(word.text)) for word in placed.words()),
    )


def _put_line(line: Line, better: dict[int, Word]) -> Line:
    words = [better.get(id(word), word) for word in line.words]
    placed = put_words(line, [word.text for word in words])
    if [word.text for word in placed.words] != [word.text for word in words]:
        return line
    return replace(placed, words=tuple(words))
