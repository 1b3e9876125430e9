"""How far are the lines of a page from level? Pure, by Pillow.

Lines of print that lie level make the darkness change strongly from one row of pixels to the next;
at the slightest slope rows of print and of paper mix. So a small copy is turned until the change
is strongest.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PIL import Image

from .ink import find_ink

#: The longer side, px, at which slopes are tried: a line of print is 4 px high there.
_SIDE = 640

#: The margin without lines, as a share of the page: what lies beside the sheet.
_MARGIN = 0.04

#: Slopes looked for, degrees, and those below which a page is level enough: Tesseract reads such
#: lines as well without being helped (word F1 of two pages at 0.75: one better, one worse).
_STEEPEST, _LEVEL = 15.0, 1.0

#: At the right slope the change is larger than on the level by this factor; on a level page it is
#: larger than at any of these slopes by that one.
_CLEARLY = 1.25
_PROBES, _CERTAINLY_LEVEL = (-4.0, -1.5, 1.5, 4.0), 2.0

#: A page whose change on the level is larger by this factor than at both of these slopes is tried
#: at no others (flat pages: 4 to 60).
_NEAR, _BEYOND_DOUBT = (-1.5, 1.5), 3.0


def find_skew(gray: Image.Image) -> float:
    """The degrees, counterclockwise, by which turning `gray` (mode "L") makes its lines level.

    0 for a page that is level, or has no lines.
    """
    measure = _prepare(gray)
    level = measure(0.0)
    if level >= _BEYOND_DOUBT * max(map(measure, _NEAR)):
        return 0.0
    if level >= _CERTAINLY_LEVEL * max(map(measure, _PROBES)):
        return 0.0
    steps = round(2 * _STEEPEST)
    best = max((step / 2 for step in range(-steps, steps + 1)), key=measure)
    for step in (0.25, 0.1):
        best = max((best + step * index for index in (-2, -1, 0, 1, 2)), key=measure)
    if abs(best) < _LEVEL or abs(best) >= _STEEPEST or measure(best) < _CLEARLY * level:
        return 0.0
    return best


def _prepare(gray: Image.Image) -> Callable[[float], float]:
    """What measures the change from row to row, and from column to column, at a slope."""
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    ink = find_ink(small)
    dx, dy = round(_MARGIN * ink.width), round(_MARGIN * ink.height)
    ink = ink.crop((dx, dy, ink.width - dx, ink.height - dy))
    known: dict[float, float] = {}

    def measure(slope: float) -> float:
        slope = round(slope, 3)
        if slope not in known:
            turned = ink.rotate(slope, Image.Resampling.BILINEAR) if slope else ink
            rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
            columns = turned.resize((turned.width, 1), Image.Resampling.BOX).tobytes()
            known[slope] = float(_change(rows) + _change(columns))
        return known[slope]

    return measure


def _change(values: bytes) -> int:
    return sum((one - other) ** 2 for one, other in pairwise(values))
