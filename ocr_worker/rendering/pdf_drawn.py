"""What is drawn on a PDF page besides text: how far images cover it, what hides words.

Runs only in the child process.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

import pypdfium2.raw as c

#: What may hide a word (`DrawnObjects.find_cover`).
IMAGE, SHAPE = "image", "shape"

Box = tuple[float, float, float, float]

#: Objects checked for images and shapes at most, and the depth to which nested forms are followed.
_MAX_OBJECTS = 20_000
_MAX_DEPTH = 5

#: Cells per side of the grid in which the area covered by images is counted.
_GRID = 40

#: Width and height, px, of the device onto which the page is mapped to find its transform.
_DEVICE = 1_000_000

#: A filled path with more segments is no rectangle.
_RECTANGLE_SEGMENTS = 6

#: Covers stored at most, in drawing order; further ones (pages made of tiles) are ignored.
_MAX_COVERS = 300


class PageTransform:
    """Maps a page's own space to the shown page, in points with the origin at the top left."""

    def __init__(self, page: Any, width: float, height: float) -> None:
        def map_point(x: float, y: float) -> tuple[float, float]:
            across, down = ctypes.c_int(), ctypes.c_int()
            c.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, x, y, across, down)
            return across.value * width / _DEVICE, down.value * height / _DEVICE

        # With distant points the integer device coordinates are exact enough.
        far = 1000.0
        (ox, oy), (ax, ay), (bx, by) = map_point(0, 0), map_point(far, 0), map_point(0, far)
        self.a, self.b = (ax - ox) / far, (ay - oy) / far
        self.c, self.d = (bx - ox) / far, (by - oy) / far
        self.e, self.f = ox, oy
        #: Clockwise degrees by which upright text appears rotated on the shown page.
        self.turn = round(math.degrees(math.atan2(self.b, self.a)) / 90) * 90 % 360

    def map_box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self.b == self.c == 0 and self.a > 0 > self.d:  # nearly every page
            x0, y0 = self.a * left + self.e, self.d * top + self.f
            return x0, y0, self.a * right + self.e, self.d * bottom + self.f
        xs = [self.a * x + self.c * y + self.e for x in (left, right) for y in (bottom, top)]
        ys = [self.b * x + self.d * y + self.f for x in (left, right) for y in (bottom, top)]
        return min(xs), min(ys), max(xs), max(ys)


class DrawnObjects:
    """The images and shapes of a page of `width` x `height` points; boxes on the shown page."""

    def __init__(self, affine: PageTransform, width: float, height: float) -> None:
        self._affine, self._width, self._height = affine, width, height
        self._cells: set[tuple[int, int]] = set()
        self._box: Box | None = None
        self._paths = 0
        self._seen = 0
        self._text_order: dict[int, int] = {}
        self._covers: list[tuple[int, Box, str]] = []

    def visit(self, page: Any) -> None:
        """Visit the objects of an open page in the order in which they are drawn."""
        for order in range(min(max(c.FPDFPage_CountObjects(page), 0), _MAX_OBJECTS)):
            self._seen += 1
            obj = c.FPDFPage_GetObject(page, order)
            kind = c.FPDFPageObj_GetType(obj)
            if kind == c.FPDF_PAGEOBJ_TEXT:
                self._text_order[address(obj)] = order
            elif kind == c.FPDF_PAGEOBJ_IMAGE:
                self._add_image(obj)
                self._add_cover(obj, order, IMAGE)
            elif kind in (c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_SHADING):
                self._paths += 1
                if kind == c.FPDF_PAGEOBJ_PATH and _is_filled_rectangle(obj):
                    self._add_cover(obj, order, SHAPE)
            elif kind == c.FPDF_PAGEOBJ_FORM:
                self._visit_form(obj, 0)

    def find_cover(self, text_object: int, box: Box) -> str | None:
        """IMAGE or SHAPE where one is drawn over the word in `box` and hides it; else None."""
        order = self._text_order.get(text_object)
        if order is None:
            return None
        x0, y0, x1, y1 = box
        for later, (left, top, right, bottom), kind in self._covers:
            if later > order and left <= x0 and top <= y0 and x1 <= right and y1 <= bottom:
                return kind
        return None

    def summarise(self) -> dict[str, Any]:
        """`image_cover` (0 to 1), `image_box` (points, or None), `paths`."""
        return {
            "image_cover": round(len(self._cells) / _GRID**2, 3),
            "image_box": None if self._box is None else [round(v, 1) for v in self._box],
            "paths": self._paths,
        }

    def _visit_form(self, form: Any, depth: int) -> None:
        # The bounds of objects in a form are in the form's own space: for an image the bounds of
        # the form on the page are used.
        count = max(c.FPDFFormObj_CountObjects(form), 0)
        for index in range(min(count, _MAX_OBJECTS - self._seen)):
            self._seen += 1
            obj = c.FPDFFormObj_GetObject(form, index)
            kind = c.FPDFPageObj_GetType(obj)
            if kind == c.FPDF_PAGEOBJ_IMAGE:
                self._add_image(form)
            elif kind in (c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_SHADING):
                self._paths += 1
            elif kind == c.FPDF_PAGEOBJ_FORM and depth + 1 < _MAX_DEPTH:
                self._visit_form(obj, depth + 1)

    def _add_cover(self, obj: Any, order: int, kind: str) -> None:
        if len(self._covers) < _MAX_COVERS and not c.FPDFPageObj_HasTransparency(obj):
            box = self._read_bounds(obj)
            if box is not None:
                self._covers.append((order, box, kind))

    def _read_bounds(self, obj: Any) -> Box | None:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not c.FPDFPageObj_GetBounds(obj, left, bottom, right, top):
            return None
        x0, y0, x1, y1 = self._affine.map_box(left.value, bottom.value, right.value, top.value)
        x0, y0 = max(x0, 0.0), max(y0, 0.0)
        x1, y1 = min(x1, self._width), min(y1, self._height)
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def _add_image(self, obj: Any) -> None:
        bounds = self._read_bounds(obj)
        if bounds is None:
            return
        x0, y0, x1, y1 = bounds
        box = self._box or bounds
        self._box = (min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1))
        across, down = _GRID / self._width, _GRID / self._height
        for column in range(round(x0 * across), min(_GRID, round(x1 * across))):
            for row in range(round(y0 * down), min(_GRID, round(y1 * down))):
                self._cells.add((column, row))


def address(obj: Any) -> int:
    """The address of a pdfium object, which identifies it; 0 for none."""
    return ctypes.cast(obj, ctypes.c_void_p).value or 0


def _is_filled_rectangle(path: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not c.FPDFPath_GetDrawMode(path, mode, stroke) or mode.value == c.FPDF_FILLMODE_NONE:
        return False
    return bool(4 <= c.FPDFPath_CountSegments(path) <= _RECTANGLE_SEGMENTS)
