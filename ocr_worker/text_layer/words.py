"""Words of a text layer as people read them: once, whole, and on straight lines.

Programs draw words twice for bold type or a shadow, place each letter by itself to set it apart,
and write at a slant. Boxes are in points, origin top left of the shown page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from documents.text.page_layout import bounding_box
from ocr_worker.rendering import LayerWord

#: Two drawings of one word lie at most this many type sizes apart.
_DOUBLE_SHIFT = 0.2
#: Cells in which doubles are looked for, points.
_CELL = 4.0

#: Letters set apart: at least so many on a line, half of them this many type sizes apart at most. A
#: gap of more type sizes ends the line.
_SPACED_LETTERS = 5
#: Among them some stand closer and come as one word: pieces of so many letters, and what share of
#: the pieces single letters are at least.
_PIECE = 3
_SINGLE = 0.7
_SPACED_GAP, _LINE_GAP = 1.0, 3.0
#: A gap between words is wider than the median gap between letters by this factor and this many
#: type sizes.
_WORD_GAP_FACTOR, _WORD_GAP = 1.5, 0.15

#: The parts of a number lie closer than this many type sizes; a space has a quarter of one.
_DECIMAL_GAP = 0.2

#: Marks that belong to the letter before them.
_CLOSING = ",.;:!?)]»”…"

#: Writing that rises or falls by more degrees than this beside the rest is no line of the text: a
#: watermark, a stamp. (Type that is slanted by program, as italics, says up to 20.)
_ASTRAY = 22.0
#: A page is straight up to this many degrees.
_STRAIGHT = 0.4
#: Degrees by which letters and lines of a sloping page may differ.
_SAME_SLOPE = 3.0


def drop_doubles(words: Iterable[LayerWord]) -> list[LayerWord]:
    """Drop each word that is drawn over the same word, slightly shifted."""
    kept: list[LayerWord] = []
    cells: dict[tuple[str, int, int], list[LayerWord]] = {}
    for word in words:
        column, row = int(word.bbox[0] // _CELL), int(word.bbox[1] // _CELL)
        near = (
            other
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for other in cells.get((word.text, column + across, row + down), ())
        )
        if any(_is_double(other, word) for other in near):
            continue
        cells.setdefault((word.text, column, row), []).append(word)
        kept.append(word)
    return kept


def join_spaced_letters(words: Sequence[LayerWord]) -> list[LayerWord]:
    """Join letters that are set apart into words: «П О С Т А Н О В И Л» is one word."""
    if sum(len(word.text.rstrip(_CLOSING)) == 1 for word in words) < _SPACED_LETTERS:
        return list(words)
    joined: list[LayerWord] = []
    for run in _split_runs(words):
        joined += _join_run(run) if _is_spaced(run) else run
    return joined


def join_decimals(words: Sequence[LayerWord]) -> list[LayerWord]:
    """Join figures and the point between them where they stand closer than words: 0 . 5 is 0.5."""
    joined: list[LayerWord] = []
    for word in words:
        if (
            len(joined) > 1
            and word.text[0].isdigit()
            and joined[-1].text in (".", ",")
            and joined[-2].text[-1].isdigit()
            and _is_close(joined[-2], joined[-1], word.size)
            and _is_close(joined[-1], word, word.size)
        ):
            joined[-2:] = [_join([*joined[-2:], word])]
        else:
            joined.append(word)
    return joined


def find_slant(words: Sequence[LayerWord]) -> float:
    """The degrees by which most of the text rises (counterclockwise); 0 for a straight page.

    What the letters say is compared with how words follow each other: slanted type on straight
    lines is no slope.
    """
    slants = [word.slant for word in words for _ in word.text]
    slant = median(slants) if slants else 0.0
    if not _STRAIGHT < abs(slant) <= 45:
        return 0.0
    rises = [
        _rise(last, word)
        for last, word in pairwise(words)
        if word.bbox[0] - last.bbox[0] > 0 and _gap(last, word) < _LINE_GAP * max(word.size, 1.0)
    ]
    return slant if rises and abs(median(rises) - slant) < _SAME_SLOPE else 0.0


def _rise(one: LayerWord, other: LayerWord) -> float:
    """The slope from one word's middle to the other's, degrees counterclockwise."""
    across = (other.bbox[0] + other.bbox[2] - one.bbox[0] - one.bbox[2]) / 2
    down = (other.bbox[1] + other.bbox[3] - one.bbox[1] - one.bbox[3]) / 2
    return math.degrees(math.atan2(-down, across))


def is_astray(word: LayerWord, slant: float) -> bool:
    """Whether the word is written across the text of a page of this slant (a watermark)."""
    return abs(word.slant - slant) > _ASTRAY


def straighten(word: LayerWord, slant: float) -> LayerWord:
    """The word where it would stand if the page were turned upright about its top left corner.

    The box of a slanted word is the box around it: its own length and height are found from it.
    """
    angle = math.radians(slant)
    sine, cosine = abs(math.sin(angle)), math.cos(angle)
    x0, y0, x1, y1 = word.bbox
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    # The height of the box is length * sine + height * cosine, its width the other way round.
    height = min(word.size, y1 - y0) if sine * (x1 - x0) < y1 - y0 else word.size
    height = min(height, 0.75 * word.size) if word.size > 0 else height
    length = max((x1 - x0 - height * sine) / cosine, height / 2)
    across = x * math.cos(angle) - y * math.sin(angle)
    down = x * math.sin(angle) + y * math.cos(angle)
    box = (across - length / 2, down - height / 2, across + length / 2, down + height / 2)
    return replace(word, bbox=box)


def _is_double(one: LayerWord, other: LayerWord) -> bool:
    allowed = _DOUBLE_SHIFT * max(other.size, 1.0)
    return all(abs(a - b) < allowed for a, b in zip(one.bbox, other.bbox, strict=True))


def _split_runs(words: Sequence[LayerWord]) -> Iterator[list[LayerWord]]:
    """Split into runs of short pieces that follow each other on a line, and other words."""
    run: list[LayerWord] = []
    for word in words:
        short = len(word.text) <= _PIECE
        if run and not (short and len(run[-1].text) <= _PIECE and _follows(run[-1], word)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _is_spaced(run: list[LayerWord]) -> bool:
    # The last letter may have a mark: «Р Е Ш И Л:». Where others have, they are items: «а) б) в)».
    texts = [*(word.text for word in run[:-1]), run[-1].text.rstrip(_CLOSING)]
    single = [text for text in texts if len(text) == 1]
    if sum(map(str.isalpha, single)) < _SPACED_LETTERS or len(single) < _SINGLE * len(run):
        return False
    usual = median(_gap(last, word) for last, word in pairwise(run))
    return usual <= _SPACED_GAP * max(run[0].size, 1.0)


def _follows(last: LayerWord, word: LayerWord) -> bool:
    size = max(min(last.size, word.size), 1.0)
    overlap = min(last.bbox[3], word.bbox[3]) - max(last.bbox[1], word.bbox[1])
    lower = min(last.bbox[3] - last.bbox[1], word.bbox[3] - word.bbox[1])
    on_line = overlap > 0.3 * lower or abs(last.bbox[3] - word.bbox[3]) < 0.3 * size
    return on_line and word.turn == last.turn and -0.2 * size < _gap(last, word) < _LINE_GAP * size


def _is_close(last: LayerWord, word: LayerWord, size: float) -> bool:
    overlap = min(last.bbox[3], word.bbox[3]) - max(last.bbox[1], word.bbox[1])
    return (
        last.turn == word.turn == 0
        and overlap > 0
        and -_DECIMAL_GAP * size < _gap(last, word) < _DECIMAL_GAP * size
    )


def _gap(last: LayerWord, word: LayerWord) -> float:
    return word.bbox[0] - last.bbox[2]


def _join_run(run: list[LayerWord]) -> list[LayerWord]:
    gaps = [_gap(last, word) for last, word in pairwise(run)]
    usual = median(gaps)
    size = max(run[0].size, 1.0)
    wide = max(_WORD_GAP_FACTOR * usual, usual + _WORD_GAP * size)
    groups = [[run[0]]]
    for gap, word in zip(gaps, run[1:], strict=True):
        if gap > (2 * wide if word.text in _CLOSING else wide):
            groups.append([])
        groups[-1].append(word)
    return [_join(group) for group in groups]


def _join(letters: list[LayerWord]) -> LayerWord:
    return replace(
        letters[0],
        text="".join(letter.text for letter in letters),
        bbox=bounding_box(letter.bbox for letter in letters),
        size=max(letter.size for letter in letters),
        broken=sum(letter.broken for letter in letters),
        hyphen=letters[-1].hyphen,
    )
