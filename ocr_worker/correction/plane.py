"""Straight-line maps of the plane: where a point of a corrected page lies on the page. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from documents.text.page_layout import Box


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

    def map_point(self, x: float, y: float) -> tuple[float, float]:
        w = self.g * x + self.h * y + 1
        return (self.a * x + self.b * y + self.c) / w, (self.d * x + self.e * y + self.f) / w

    def map_box(self, box: Box) -> Box:
        """The box around where the corners go."""
        x0, y0, x1, y1 = box
        points = [self.map_point(x, y) for x in (x0, x1) for y in (y0, y1)]
        xs, ys = zip(*points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def after(self, first: Plane) -> Plane:
        """First `first`, then this."""
        p, q = self._rows(), first._rows()
        rows = [[sum(p[i][k] * q[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
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
