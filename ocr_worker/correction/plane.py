"""Straight-line maps of the plane: where a point of a corrected page lies on the page. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """(x, y) goes to ((ax + by + c) / w, (dx + ey + f) / w) with w = gx + hy + 1, px."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0
    g: float = 0.0
    h: float = 0.0

    @property
    def coefficients(self) -> tuple[float, ...]:
        """As Pillow's `Image.transform` takes them for PERSPECTIVE."""
        return self.a, self.b, self.c, self.d, self.e, self.f, self.g, self.h

    def map_point(self, x: float, y: float) -> Point:
        w = self.g * x + self.h * y + 1
        return (self.a * x + self.b * y + self.c) / w, (self.d * x + self.e * y + self.f) / w

    def after(self, first: Plane) -> Plane:
        """First `first`, then this."""
        p, q = self._rows(), first._rows()
        rows = [[sum(p[i][k] * q[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
        last = rows[2][2]
        values = [value / last for row in rows for value in row]
        return Plane(*values[:8])

    def invert(self) -> Plane:
        """The map back: to the cofactors, by the determinant or any other factor."""
        a, b, c, d, e, f, g, h = self.coefficients
        rows = (
            (e - f * h, c * h - b, b * f - c * e),
            (f * g - d, a - c * g, c * d - a * f),
            (d * h - e * g, b * g - a * h, a * e - b * d),
        )
        last = rows[2][2]
        values = [value / last for row in rows for value in row]
        return Plane(*values[:8])

    def _rows(self) -> tuple[tuple[float, ...], ...]:
        return (self.a, self.b, self.c), (self.d, self.e, self.f), (self.g, self.h, 1.0)


def turn(degrees: float, size: tuple[int, int]) -> tuple[Plane, tuple[int, int]]:
    """The map to a page of `size` (px) from what it is after a turn counterclockwise by `degrees`
    about its middle, and the size of the page that then holds all of it."""
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    width, height = size
    new_width = math.ceil(width * cosine + height * abs(sine))
    new_height = math.ceil(width * abs(sine) + height * cosine)
    x, y = new_width / 2, new_height / 2
    plane = Plane(
        a=cosine,
        b=-sine,
        c=width / 2 - cosine * x + sine * y,
        d=sine,
        e=cosine,
        f=height / 2 - sine * x - cosine * y,
    )
    return plane, (new_width, new_height)


def spread(corners: Sequence[Point]) -> tuple[Plane, tuple[int, int]]:
    """The map to the four `corners` (px, clockwise from the top left) from the corners of a page,
    and that page's size: as large as the longer of opposite sides.

    As in P. Heckbert, Fundamentals of Texture Mapping (1989), section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    width = max(math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2]))
    height = max(math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2]))
    size = max(1, round(width)), max(1, round(height))
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    whole = dx1 * dy2 - dx2 * dy1
    g = (dx3 * dy2 - dx2 * dy3) / whole
    h = (dx1 * dy3 - dx3 * dy1) / whole
    unit = Plane(
        a=x1 - x0 + g * x1, b=x3 - x0 + h * x3, c=x0,
        d=y1 - y0 + g * y1, e=y3 - y0 + h * y3, f=y0, g=g, h=h,
    )  # fmt: skip
    return unit.after(Plane(a=1 / size[0], e=1 / size[1])), size
