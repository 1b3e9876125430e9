"""Lines of a page and the parts of it where they stand: boxes, px. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from documents.text.page_layout import Box, bounding_box
from ocr_worker.rendering import UnreadLine


def covered_length(line: UnreadLine, words: Sequence[Box]) -> float:
    """The share of the line's length over or under which words stand."""
    if line.slant:
        return _cover_slanted(line, words)
    x0, y0, x1, y1 = _lay_level(line.bbox) if line.across else line.bbox
    boxes = map(_lay_level, words) if line.across else words
    spans = sorted(
        (max(w[0], x0), min(w[2], x1))
        for w in boxes
        if min(w[3], y1) - max(w[1], y0) > 0.3 * min(w[3] - w[1], y1 - y0)
    )
    covered, end = 0.0, x0
    for left, right in spans:
        if right > max(left, end):
            covered += right - max(left, end)
            end = right
    return covered / max(x1 - x0, 1.0)


def _cover_slanted(line: UnreadLine, words: Sequence[Box]) -> float:
    """By diagonals: those of the words on the line are as steep as that of the line."""
    diagonal = math.dist(line.bbox[:2], line.bbox[2:])
    inside = [word for word in words if _is_middle_in(word, line.bbox)]
    return sum(math.dist(word[:2], word[2:]) for word in inside) / max(diagonal, 1.0)


def _is_middle_in(word: Box, box: Box) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _lay_level(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return y0, x0, y1, x1


def group_lines(lines: Sequence[Box]) -> list[Box]:
    """Lines, grown by their height, joined where they touch; from the top."""
    parts: list[Box] = []
    for x0, y0, x1, y1 in lines:
        grown = 0.8 * min(x1 - x0, y1 - y0)
        box = (x0 - grown, y0 - grown, x1 + grown, y1 + grown)
        while True:
            touching = [part for part in parts if _touch(part, box)]
            if not touching:
                break
            box = bounding_box([box, *touching])
            parts = [part for part in parts if part not in touching]
        parts.append(box)
    return sorted(parts, key=lambda part: (part[1], part[0]))


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def scale_box(box: Box, factor: float) -> Box:
    """The same box where a px is `factor` px."""
    x0, y0, x1, y1 = box
    return x0 * factor, y0 * factor, x1 * factor, y1 * factor
