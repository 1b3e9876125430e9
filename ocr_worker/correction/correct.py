"""Take off a page what keeps an engine from reading it. Only where it is there.

Specks are taken off, print that is blurred or smeared is sharpened, dark bands with light print
become print on paper, a sheet on a table is cut out and seen straight from above, light print on a
dark page becomes dark on light, a shadow or a dark stripe is taken off, slope and curl of the lines
too. What is read is the corrected page; what people see stays the page. Boxes are mapped back. Why
in this process and without a library of its own: docs/decisions/, "Pages are corrected by Pillow".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageOps

from documents.text.page_layout import Box, PageLayout
from ocr_worker.rendering.rotate import rotate_box

from .bands import find_bands, lighten_bands
from .curl import Curl, find_curl
from .focus import find_blur, sharpen
from .lamp import find_stripes
from .motion import find_motion, take_off_motion
from .negative import is_negative
from .noise import has_noise, smooth_weak_light, take_off_noise
from .plane import Plane, Point, spread, turn
from .shading import divide_by_paper, find_shading
from .sheet import find_sheet
from .skew import find_skew
from .warp import map_box, warp

#: The longer side, px, of the copy in which slope and curl of a sheet are looked for.
_SIDE = 1300


@dataclass(frozen=True)
class Corrected:
    """The `image` to read; `place`: where its points lie on the page of `size` px, None for the
    same places. `done`: what was corrected, for the log."""

    image: Image.Image
    size: tuple[int, int]
    place: Callable[[float, float], Point] | None = None
    done: tuple[str, ...] = ()

    def place_on_page(self, layout: PageLayout) -> PageLayout:
        """`layout` was read from `image`: the same with its boxes in px of the page, rotated
        upright as the layout is."""
        to_page = self.place
        if to_page is None:
            return layout
        back = (360 - layout.rotation) % 360
        width, height = self.size

        def place(box: Box) -> Box:
            read = rotate_box(box, back, layout.width, layout.height)
            x0, y0, x1, y1 = map_box(to_page, read)
            inside = (max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
            return rotate_box(inside, layout.rotation, width, height)

        if layout.rotation % 180:
            width_upright, height_upright = height, width
        else:
            width_upright, height_upright = width, height
        return replace(layout.map_boxes(place), width=width_upright, height=height_upright)


def correct_page(gray: Image.Image) -> Corrected:
    """The page (mode "L") without specks, blur, motion, bands, table, perspective, shadow, slope
    and curl."""
    size = gray.size
    done: list[str] = []
    blur = find_blur(gray)
    motion = None if blur else find_motion(gray)
    if has_noise(gray):
        gray = take_off_noise(gray)
        done.append("noise")
    soft = gray
    if blur:
        gray = sharpen(gray, blur)
        done.append("blur")
    elif motion is not None:
        gray = take_off_motion(gray, motion)
        done.append("motion")
    bands = find_bands(gray)
    if bands:
        gray = lighten_bands(gray, bands)
        done.append("bands")
    # Sharpened, the grain of a table would hide the edges of the sheet.
    corners = find_sheet(soft)
    plane, flat_size = spread(corners) if corners else (Plane(), size)
    if corners:
        done.append("sheet")
    elif is_negative(gray):
        gray = ImageOps.invert(gray)
        done.append("negative")
    paper = find_shading(gray, plane, flat_size)
    if paper is not None:
        gray = smooth_weak_light(divide_by_paper(gray, paper), paper)
        done.append("shadow")
    elif not corners:
        stripes = find_stripes(gray)
        if stripes is not None:
            gray = smooth_weak_light(divide_by_paper(gray, stripes), stripes)
            done.append("stripes")
    if corners:
        gray = _whiten_around(gray, corners)
    seen = _draw_small(gray, plane, flat_size) if corners else gray
    skew = find_skew(seen)
    if skew:
        back, turned_size = turn(skew, flat_size)
        plane, flat_size = plane.after(back), turned_size
        seen = _draw_small(gray, plane, flat_size)
        done.append("skew")
    curl = find_curl(seen)
    if curl:
        curl = curl.scale(flat_size)
        done.append("curl")
    if not corners and not skew and not curl:
        return Corrected(gray, size, None, tuple(done))
    if curl is None:
        flat = gray.transform(
            flat_size,
            Image.Transform.PERSPECTIVE,
            plane.coefficients,
            Image.Resampling.BICUBIC,
            fillcolor=255,
        )
        return Corrected(flat, size, plane.map_point, tuple(done))
    place = _chain(plane, curl)
    return Corrected(warp(gray, place, flat_size, paper=255), size, place, tuple(done))


def _whiten_around(gray: Image.Image, corners: Sequence[Point]) -> Image.Image:
    """`gray` with white instead of the table around the sheet."""
    sheet = Image.new("1", gray.size)
    ImageDraw.Draw(sheet).polygon(list(corners), fill=1)
    white = Image.new("L", gray.size, 255)
    white.paste(gray, mask=sheet)
    return white


def _chain(plane: Plane, curl: Curl) -> Callable[[float, float], Point]:
    def place(x: float, y: float) -> Point:
        return plane.map_point(*curl.map_point(x, y))

    return place


def _draw_small(gray: Image.Image, plane: Plane, size: tuple[int, int]) -> Image.Image:
    """A small copy of the page of `size` px whose points lie on `gray` where `plane` says."""
    factor = max(1, round(max(size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    to_large = Plane(a=float(factor), e=float(factor))
    to_small = Plane(a=1 / factor, e=1 / factor)
    return small.transform(
        (max(1, round(size[0] / factor)), max(1, round(size[1] / factor))),
        Image.Transform.PERSPECTIVE,
        to_small.after(plane).after(to_large).coefficients,
        Image.Resampling.BILINEAR,
        fillcolor=255,
    )
