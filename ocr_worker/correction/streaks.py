"""Erase streaks: thin lines down or across the whole of a scan, of dust on the scanner's glass.

An engine takes one for the border of a column or of a table, and reads what lies on its two sides
apart. A line that is printed all down a page goes with them, so a page without its streaks is read
beside the page as it is, and the better reading is kept. By Pillow.
"""

from __future__ import annotations

import re
import statistics
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

#: The page is looked at in so many bands; a streak shows in this many of them, the first and the
#: last among them, and moves by so many px at most from one to the next.
_BANDS, _SHOWN, _DRIFT = 16, 14, 3

#: A streak is darker (of 255) by this much than the page so many px beside it.
_CONTRAST, _BESIDE = 25, 6

#: Print is darker than this (of 255); of what lies on one side of a streak that crosses it,
#: it takes this share at least.
_INK, _PRINT = 128, 0.03

#: A page of more candidates in one band is a picture.
_MOST = 400


class _Streak(NamedTuple):
    """Where it is at the top of the page and at its bottom, and its width, px."""

    first: float
    last: float
    width: int


def take_off_streaks(gray: Image.Image) -> Image.Image | None:
    """`gray` (mode "L", about 200 dpi) without its streaks; None where there are none, and on a
    page with lines both ways, which are the frame of a form."""
    if min(gray.size) < 20 * _BESIDE:
        return None
    down = _find_streaks(gray.reduce((1, -(-gray.height // _BANDS))))
    level = gray.reduce((-(-gray.width // _BANDS), 1))
    across = _find_streaks(level.transpose(Image.Transpose.TRANSPOSE))
    if bool(down) == bool(across):
        return None
    if down:
        return _erase(gray, down)
    turned = _erase(gray.transpose(Image.Transpose.TRANSPOSE), across)
    return turned.transpose(Image.Transpose.TRANSPOSE) if turned is not None else None


def _find_streaks(bands: Image.Image) -> list[_Streak]:
    beside = ImageChops.darker(
        ImageChops.offset(bands, _BESIDE, 0), ImageChops.offset(bands, -_BESIDE, 0)
    )
    found = ImageChops.subtract(beside, bands).point(_IS_DARKER)
    # At the very edges what lies beside is the other edge.
    found.paste(0, (0, 0, _BESIDE, found.height))
    found.paste(0, (found.width - _BESIDE, 0, found.width, found.height))
    data, width = found.tobytes(), found.width
    rows = [_find_runs(data[start : start + width]) for start in range(0, len(data), width)]
    if max(map(len, rows)) > _MOST:
        return []
    streaks = (_follow(rows, run) for run in rows[0])
    return [streak for streak in streaks if streak is not None]


def _find_runs(row: bytes) -> list[tuple[int, int]]:
    """Where px of `row` that are darker than beside begin and end; short ones only."""
    runs = ((found.start(), found.end()) for found in re.finditer(b"\xff+", row))
    return [(start, end) for start, end in runs if end - start <= _BESIDE]


def _follow(rows: list[list[tuple[int, int]]], first: tuple[int, int]) -> _Streak | None:
    """The streak that begins with the run `first`; None where it is none."""
    start = place = sum(first) / 2
    widths: list[int] = []
    near: list[tuple[int, int]] = []
    for row in rows:
        near = [run for run in row if abs(sum(run) / 2 - place) <= _DRIFT]
        if near:
            run = min(near, key=lambda run: abs(sum(run) / 2 - place))
            place = sum(run) / 2
            widths.append(run[1] - run[0])
    if len(widths) < _SHOWN or not near:  # what is printed ends at the margins of the page
        return None
    return _Streak(start, place, round(statistics.median(widths)) + 1)


def _erase(gray: Image.Image, streaks: list[_Streak]) -> Image.Image | None:
    """What lies on both sides of a streak goes on across it. None where none of them crosses print:
    they keep nothing from being read, and may be rules of a letterhead."""
    if not any(_crosses_print(gray, streak) for streak in streaks):
        return None
    for streak in streaks:
        mask = Image.new("1", gray.size)
        line = (streak.first, 0, streak.last, gray.height)
        ImageDraw.Draw(mask).line(line, fill=1, width=streak.width)
        aside = streak.width // 2 + 1
        both = ImageChops.lighter(
            ImageChops.offset(gray, aside, 0), ImageChops.offset(gray, -aside, 0)
        )
        gray = Image.composite(both, gray, mask)
    return gray


def _crosses_print(gray: Image.Image, streak: _Streak) -> bool:
    left, right = sorted((round(streak.first), round(streak.last)))
    sides = ((left - 2 * _BESIDE, left - _BESIDE), (right + _BESIDE, right + 2 * _BESIDE))
    dark = [sum(gray.crop((x0, 0, x1, gray.height)).histogram()[:_INK]) for x0, x1 in sides]
    return max(dark) >= _PRINT * _BESIDE * gray.height


_IS_DARKER = [255 if value >= _CONTRAST else 0 for value in range(256)]
