"""A box in the terms of SVG."""

from __future__ import annotations

from dataclasses import dataclass

from documents.text.page_layout import Box


@dataclass(frozen=True)
class Rectangle:
    """px of the page image."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> Rectangle:
        x0, y0, x1, y1 = (round(value, 1) for value in box)
        return cls(x0, y0, round(x1 - x0, 1), round(y1 - y0, 1))
