"""Take off a page what keeps an engine from reading it: a shadow, a slope. Only where it is there.

What is read is the corrected page; what people see stays the page. Boxes are mapped back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image

from documents.text.box_rotation import rotate_box
from documents.text.page_layout import Box, PageLayout

from .plane import Plane, turn
from .shading import divide_by_paper, find_shading
from .skew import find_skew


@dataclass(frozen=True)
class Corrected:
    """The `image` to read; `plane`: where its points lie on the page of `size` px, None for the
    same places. `done`: what was corrected, for the log."""

    image: Image.Image
    size: tuple[int, int]
    plane: Plane | None = None
    done: tuple[str, ...] = ()

    def place_on_page(self, layout: PageLayout) -> PageLayout:
        """`layout` was read from `image`: the same with its boxes in px of the page, rotated
        upright as the layout is."""
        plane = self.plane
        if plane is None:
            return layout
        back = (360 - layout.rotation) % 360
        width, height = self.size

        def place(box: Box) -> Box:
            read = rotate_box(box, back, layout.width, layout.height)
            x0, y0, x1, y1 = plane.map_box(read)
            inside = (max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
            return rotate_box(inside, layout.rotation, width, height)

        if layout.rotation % 180:
            width_upright, height_upright = height, width
        else:
            width_upright, height_upright = width, height
        return replace(layout.map_boxes(place), width=width_upright, height=height_upright)


def correct_page(gray: Image.Image) -> Corrected:
    """The page (mode "L") without shadow and slope."""
    size = gray.size
    done: list[str] = []
    paper = find_shading(gray)
    if paper is not None:
        gray = divide_by_paper(gray, paper)
        done.append("shadow")
    plane: Plane | None = None
    skew = find_skew(gray)
    if skew:
        plane, turned = turn(skew, size)
        gray = gray.transform(
            turned,
            Image.Transform.PERSPECTIVE,
            plane.coefficients,
            Image.Resampling.BICUBIC,
            fillcolor=255,
        )
        done.append("skew")
    return Corrected(gray, size, plane, tuple(done))
