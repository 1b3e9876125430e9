"""Boxes on a page that is turned. Pure."""

from __future__ import annotations

from documents.text.page_layout import Box


def rotate_box(box: Box, rotation: int, width: float, height: float) -> Box:
    """`box` on a page of `width` x `height`, after the page was rotated clockwise by `rotation`
    (0, 90, 180 or 270 degrees)."""
    x0, y0, x1, y1 = box
    if rotation == 90:
        return height - y1, x0, height - y0, x1
    if rotation == 180:
        return width - x1, height - y1, width - x0, height - y0
    if rotation == 270:
        return y0, width - x1, y1, width - x0
    return box
