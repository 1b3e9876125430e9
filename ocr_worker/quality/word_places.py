"""Where the words of a block are, from the boxes of words that the second reader saw. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from documents.text.page_layout import Box, bounding_box

from .region_match import RegionMatch, WordMatch
from .word_keys import FoldedWord

#: Width of a letter or a space, as a share of the line's height in printed text.
LETTER = 0.45

#: Signs of less than half that width.
_NARROW = frozenset("1iIjlftr.,:;!|()[]'’-/")

#: Lines further apart than this many heights have another line between them.
_LINE_BETWEEN = 2.4

#: So are lines further apart than this many times what the block's lines mostly are.
_PITCHES_BETWEEN = 1.6


@dataclass(frozen=True)
class WordPlace:
    """A word's box, and the number of its line in the second reading; negative: a line that the
    second reader did not see. `tail`: the place of the rest of a word that a line's end has
    broken."""

    box: Box
    line: int
    tail: WordPlace | None = None

    @property
    def end(self) -> WordPlace:
        """After which the next word stands."""
        return self.tail or self


def locate_words(matched: RegionMatch) -> list[WordPlace]:
    """A place for every token of the region.

    The box of the word seen there; else a box between its neighbours on the line; else one of the
    boxes spread over the block.
    """
    known: list[WordPlace | None] = [None] * len(matched.tokens)
    for match in matched.matches:
        if match.i0 < match.i1 and match.seen:
            _place_match(known, matched.tokens, match)
    result: list[WordPlace] = []
    pitch = _measure_pitch(matched.matches)
    start = 0
    while start < len(known):
        place = known[start]
        if place is not None:
            result.append(place)
            start += 1
            continue
        end = start
        while end < len(known) and known[end] is None:
            end += 1
        before = result[-1].end if result else None
        after = known[end] if end < len(known) else None
        result += _place_between(matched, matched.tokens[start:end], before, after, pitch)
        start = end
    return result


def _place_match(known: list[WordPlace | None], tokens: list[FoldedWord], match: WordMatch) -> None:
    """Set the places of one match's tokens: its first line's boxes, split by letters."""
    line = match.seen[0].line
    boxes = [each.word.bbox for each in match.seen if each.line == line]
    box = bounding_box(boxes)
    # Signs between joined words («Wi - Fi») have no key, but a place.
    indices = range(match.i0, match.i1)
    parts = _split_box(box, [tokens[index].text for index in indices])
    for index, part in zip(indices, parts, strict=True):
        known[index] = WordPlace(part, line)
    last = match.seen[-1].line
    if last != line:
        rest = bounding_box(each.word.bbox for each in match.seen if each.line == last)
        known[match.i1 - 1] = WordPlace(parts[-1], line, WordPlace(rest, last))


def _place_between(
    matched: RegionMatch,
    tokens: list[FoldedWord],
    before: WordPlace | None,
    after: WordPlace | None,
    pitch: float,
) -> list[WordPlace]:
    texts = [token.text for token in tokens]
    region = matched.region.block.bbox
    if before is None and after is None:
        return spread_over(region, tokens)
    if before and after and before.line == after.line and after.box[0] >= before.box[2]:
        box = (before.box[2], min(before.box[1], after.box[1]), after.box[0],
               max(before.box[3], after.box[3]))  # fmt: skip
        return [WordPlace(part, before.line) for part in _split_box(box, texts)]
    if before and after and _has_line_between(before.box, after.box, pitch):
        box = (region[0], before.box[3], max(region[2], region[0]), after.box[1])
        return spread_over(box, tokens)
    if before is None:
        assert after is not None
        if after.box[1] - region[1] > _height(after.box):  # lines above it, not seen
            return spread_over((region[0], region[1], region[2], after.box[1]), tokens)
        left = min(region[0], after.box[0])
        box = (left, after.box[1], after.box[0], after.box[3])
        return [WordPlace(part, after.line) for part in _split_box(box, texts)]
    if after is None and region[3] - before.box[3] > _height(before.box):
        return spread_over((region[0], before.box[3], region[2], region[3]), tokens)
    room = max(region[2], before.box[2]) - before.box[2]
    width = LETTER * _height(before.box)
    fits = len(texts)
    if after is not None:
        fits, used = 0, 0.0
        for text in texts:
            used += (len(text) + 1) * width
            if used > room + width:
                break
            fits += 1
    box = (before.box[2], before.box[1], before.box[2] + room, before.box[3])
    result = [WordPlace(part, before.line) for part in _split_box(box, texts[:fits])]
    if fits < len(texts):
        assert after is not None
        left = min(region[0], after.box[0])
        box = (left, after.box[1], after.box[0], after.box[3])
        result += [WordPlace(part, after.line) for part in _split_box(box, texts[fits:])]
    return result


def _measure_pitch(matches: Sequence[WordMatch]) -> float:
    """From line to line of those that the second reader saw, px; infinite where they are few."""
    lines: dict[int, list[float]] = {}
    for match in matches:
        for each in match.seen:
            lines.setdefault(each.line, []).append((each.word.bbox[1] + each.word.bbox[3]) / 2)
    middles = sorted(map(median, lines.values()))
    steps = [low - high for high, low in pairwise(middles)]
    return median(steps) if len(steps) > 1 else math.inf


def _has_line_between(before: Box, after: Box, pitch: float) -> bool:
    if after[1] - before[1] > _LINE_BETWEEN * _height(before):
        return True
    return (after[1] + after[3] - before[1] - before[3]) / 2 > _PITCHES_BETWEEN * pitch


def measure_letters(text: str) -> float:
    """How wide `text` is, in letters of the usual width."""
    return sum(0.4 if sign in _NARROW else 1.0 for sign in text)


def spread_over(box: Box, tokens: Sequence[FoldedWord]) -> list[WordPlace]:
    """Spread the words over `box` in lines: the text's own, and more where those would be too long
    for letters of the lines' height."""
    x0, y0, x1, y1 = box
    width, height = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
    letters = sum(len(token.text) + 1 for token in tokens)
    own = len({token.line for token in tokens})
    count = max(own, round(math.sqrt(letters * LETTER * height / width)), 1)
    most = math.ceil(letters / count)  # with the space that ends a line
    rows: list[list[str]] = []
    used, line = 0, -1
    for token in tokens:
        if not rows or token.line != line or used + len(token.text) > most:
            rows.append([])
            used = 0
        rows[-1].append(token.text)
        used += len(token.text) + 1
        line = token.line
    pitch = height / len(rows)
    result = []
    for number, row in enumerate(rows):
        top = y0 + number * pitch
        share = (sum(len(text) + 1 for text in row) - 1) / max(most - 1, 1)
        line_box = (x0, top, x0 + width * min(share, 1.0), top + pitch)
        result += [WordPlace(part, -1 - number) for part in _split_box(line_box, row)]
    return result


def _split_box(box: Box, texts: Sequence[str]) -> list[Box]:
    """Split `box` from left to right by the letters of `texts`, one letter's width apart."""
    x0, y0, x1, y1 = box
    letters = sum(len(text) for text in texts) + max(len(texts) - 1, 0)
    unit = (x1 - x0) / max(letters, 1)
    result: list[Box] = []
    at = x0
    for text in texts:
        result.append((at, y0, min(at + len(text) * unit, x1), y1))
        at = min(at + (len(text) + 1) * unit, x1)
    return result


def _height(box: Box) -> float:
    return max(box[3] - box[1], 1.0)
