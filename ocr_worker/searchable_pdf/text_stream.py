"""Runs of text as the content stream of a page, invisible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .glyphless_font import WIDTH
from .place_text import Run

#: A line lower than this, px, is set as if it were as high: PDF has no font of size 0.
_LEAST_HEIGHT = 2.0


@dataclass(frozen=True)
class Area:
    """Where a page is shown: `box`, in units of the page's own space, rotated clockwise by `rotate`
    degrees. Units of any size will do: an image of the page covers it exactly."""

    box: tuple[float, float, float, float]
    rotate: int

    def matrix(self, width: float, height: float) -> tuple[float, ...]:
        """From px of the shown page's image of `width` x `height` (y up, from its lower left
        corner) to the page's own space."""
        x0, y0, x1, y1 = self.box
        across, up = x1 - x0, y1 - y0
        if self.rotate == 90:
            return (0, up / width, -across / height, 0, x1, y0)
        if self.rotate == 180:
            return (-across / width, 0, 0, -up / height, x1, y1)
        if self.rotate == 270:
            return (0, -up / width, across / height, 0, x0, y1)
        return (across / width, 0, 0, up / height, x0, y0)


def build_text(runs: Iterable[Run], area: Area, width: int, height: int, font: bytes) -> bytes:
    """The stream that sets `runs` (px of the image of `width` x `height`) on the page.

    `font`: the name of the font in the page's resources.
    """
    matrix = b" ".join(_number(value, 7) for value in area.matrix(width, height))
    parts = [b"q %s cm BT 3 Tr" % matrix]
    size = 0.0
    for run in runs:
        run_size = max(run.height, _LEAST_HEIGHT)
        if run_size != size:
            size = run_size
            parts.append(b"/%s %s Tf" % (font, _number(size, 2)))
        codes = run.text.encode("utf-16-be", "replace")
        natural = len(codes) / 2 * size * WIDTH / 1000
        stretch = max(100 * run.width / natural, 0.1)
        parts.append(
            b"%s Tz %s %s %s Tm<%s0020>Tj"
            % (
                _number(stretch, 2),
                {0: b"1 0 0 1", 90: b"0 -1 1 0", 270: b"0 1 -1 0"}[run.turn],
                _number(run.x, 1),
                _number(height - run.y, 1),
                codes.hex().encode(),
            )
        )
    parts.append(b"ET Q\n")
    return b"\n".join(parts)


def _number(value: float, digits: int) -> bytes:
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).encode() or b"0"
