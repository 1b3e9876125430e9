"""Do ink and text agree? Compares a drawn page with the boxes of its words. Pure, by Pillow.

Ink is local contrast, whatever its polarity: white letters on a dark band are ink, and a black box
has none inside. A word without any contrast in its box is seen by nobody. Of the ink that no word
covers, only what looks like lines of text is of interest: several marks of the size of letters,
similar in height, in a row; not photographs, rules, frames or hatching.

All measures are px of a page drawn at about 100 dpi (`check_size`), where a letter of 8 point is 6
px high and neighbours in a word often touch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from PIL import Image, ImageChops, ImageDraw

from .marks import Mark, find_marks

Box = tuple[float, float, float, float]

#: The resolution of the check, dpi; the least longer side and the most px of the drawn page.
CHECK_DPI = 100.0
_LEAST_SIDE = 1000
_MOST_PIXELS = 4_000_000

#: Contrast (of 255) of neighbouring px from which a word is seen: on a page drawn by a program, and
#: in a scan, where paper has a grain and JPEG its noise.
SEEN = 8
SEEN_IN_SCAN = 28

#: Contrast from which ink that no word covers is taken for a mark.
_MARKED = 40

#: Heights of letters and of lines of them, px.
_LOWEST, _HIGHEST = 4, 70

#: A line holds at least this many letters, and is this many times as wide as high.
_LEAST_LETTERS = 4
_LEAST_ASPECT = 1.5

#: Runs of ink and marks looked at, at most: a photograph has more, and no line beyond those found.
_MOST_RUNS = 150_000
_MOST_MARKS = 6_000


@dataclass(frozen=True)
class InkLine:
    """A line of ink that looks like text: its box, px, and about how many letters it has.

    `gap`: how far its marks stand apart, in heights of them (the median); letters of a word nearly
    touch, rows of print never do. `spread`: by how much their widths differ, in the median width:
    letters do, check boxes and the cells of a table hardly.
    """

    bbox: Box
    letters: int
    gap: float = 0.0
    spread: float = 1.0


def check_size(width: float, height: float) -> tuple[int, int]:
    """Size in px at which a page of `width` x `height` points is drawn for the check."""
    scale = max(CHECK_DPI / 72, _LEAST_SIDE / max(width, height))
    scale = min(scale, (_MOST_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def find_edges(gray: Image.Image) -> Image.Image:
    """The contrast (0 to 255) of each px of `gray` (mode "L") with those left of and above it."""
    across = ImageChops.difference(gray, ImageChops.offset(gray, 1, 0))
    down = ImageChops.difference(gray, ImageChops.offset(gray, 0, 1))
    # The offset image wraps: the first column and row would be compared with the last.
    across.paste(0, (0, 0, 1, across.height))
    down.paste(0, (0, 0, down.width, 1))
    return ImageChops.lighter(across, down)


class SeenInk:
    """Tells whether words are seen, by the `edges` of a page (`find_edges`)."""

    def __init__(self, edges: Image.Image) -> None:
        self._edges = edges
        self._pixels = edges.tobytes()

    def has_ink(self, box: Box, *, letters: int, least: int = SEEN) -> bool:
        """Whether a word of `letters` letters in `box` (px) is seen.

        The box is made smaller, so that the border of a black box over the word is none of its ink;
        not across for a letter or two, whose only edges may be at its sides.
        """
        x0, y0, x1, y1 = box
        width, height = x1 - x0, y1 - y0
        dx = min(0.15 * height, 0.1 * width) if letters > 2 else -1.0
        dy = 0.15 * height if height >= 5 else -1.0
        left, top = max(int(x0 + dx), 0), max(int(y0 + dy), 0)
        right = min(int(x1 - dx) + 1, self._edges.width)
        bottom = min(int(y1 - dy) + 1, self._edges.height)
        if right <= left or bottom <= top:
            return False
        # Nearly every word has ink in its middle row.
        middle = (top + bottom) // 2 * self._edges.width
        if max(self._pixels[middle + left : middle + right]) >= least:
            return True
        _, most = self._edges.crop((left, top, right, bottom)).getextrema()
        return bool(most >= least)  # type: ignore[operator]


def find_lines(edges: Image.Image, covered: Iterable[Box] = ()) -> list[InkLine]:
    """The lines of text-like ink outside the boxes `covered` (px), from the top."""
    ink = find_uncovered(edges, covered)
    inside = ink.getbbox()
    if inside is None:
        return []
    marks = [
        mark._replace(
            x0=mark.x0 + inside[0],
            y0=mark.y0 + inside[1],
            x1=mark.x1 + inside[0],
            y1=mark.y1 + inside[1],
        )
        for mark in find_marks(ink.crop(inside), _MOST_RUNS)
        if _is_letters(mark)
    ]
    return _join_lines(marks[:_MOST_MARKS])


def find_uncovered(edges: Image.Image, covered: Iterable[Box]) -> Image.Image:
    """The ink (255) outside the boxes `covered` (px) and their rims."""
    ink = edges.point(_MARKED_TABLE)
    draw = ImageDraw.Draw(ink)
    for x0, y0, x1, y1 in covered:
        grown = 2 + 0.25 * min(y1 - y0, x1 - x0)
        draw.rectangle((x0 - grown, y0 - grown, x1 + grown, y1 + grown), fill=0)
    return ink


_MARKED_TABLE = [255 if value >= _MARKED else 0 for value in range(256)]


def _is_letters(mark: Mark) -> bool:
    """Whether the mark may be a letter or a run of letters that touch."""
    width, height = mark.width, mark.height
    if not (_LOWEST <= height <= _HIGHEST) or width < 2 or width > 40 * height:
        return False
    if height > 6 * width:
        return False  # a rule, a bar
    # Letters in a row are crossed again and again; a rule, a frame, an arrow once or twice.
    return width < 2.5 * height or mark.runs / height >= 0.5 * width / height


def _count_letters(mark: Mark) -> int:
    return max(1, round(1.2 * mark.width / mark.height))


def _join_lines(marks: Sequence[Mark]) -> list[InkLine]:
    """Marks side by side and of similar height as lines; those with too few letters are dropped."""
    rows: dict[int, list[list[Mark]]] = defaultdict(list)
    lines: list[list[Mark]] = []
    step = 16
    for mark in sorted(marks, key=lambda m: m.x0):
        middle = (mark.y0 + mark.y1) // 2
        near = [line for row in range(middle // step - 2, middle // step + 3) for line in rows[row]]
        line = next((line for line in reversed(near) if _continues(line[-1], mark)), None)
        if line is None:
            line = []
            lines.append(line)
            rows[middle // step].append(line)
        line.append(mark)
    found = [
        InkLine(
            (
                float(line[0].x0),
                float(min(m.y0 for m in line)),
                float(max(m.x1 for m in line) + 1),
                float(max(m.y1 for m in line) + 1),
            ),
            sum(_count_letters(mark) for mark in line),
            _measure_gap(line),
            _measure_spread(line),
        )
        for line in lines
    ]
    return sorted((line for line in found if _is_text(line)), key=lambda line: line.bbox[1])


def _measure_gap(line: Sequence[Mark]) -> float:
    gaps = [
        max(other.x0 - one.x1 - 1, 0) / max(one.height, other.height)
        for one, other in pairwise(line)
    ]
    return median(gaps) if gaps else 0.0


def _measure_spread(line: Sequence[Mark]) -> float:
    widths = sorted(mark.width for mark in line)
    return (widths[-1] - widths[0]) / widths[len(widths) // 2]


def _continues(last: Mark, mark: Mark) -> bool:
    lower, higher = sorted((last.height, mark.height))
    overlap = min(last.y1, mark.y1) - max(last.y0, mark.y0) + 1
    return (
        overlap >= 0.5 * lower
        and higher <= 2.5 * lower
        and -0.5 * higher <= mark.x0 - last.x1 <= 2.0 * higher
    )


def _is_text(line: InkLine) -> bool:
    x0, y0, x1, y1 = line.bbox
    return line.letters >= _LEAST_LETTERS and x1 - x0 >= _LEAST_ASPECT * (y1 - y0)
