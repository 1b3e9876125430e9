"""Take the shadow off a photographed page. Pure, by Pillow.

An engine looks for one threshold between ink and paper. In a shadow paper is darker than ink is in
the light. Dividing by the brightness of the paper around makes both the same everywhere.
"""

from __future__ import annotations

from PIL import Image, ImageFilter, ImageMath

from .plane import Plane

#: Paper is looked at in cells of so many px, each the brightest of 5 x 5: wider than a letter.
_CELL = 16

#: Paper in the dark has at most this share of the brightness of paper in the light; the darkest and
#: brightest twentieth of the page don't count.
_SHADED = 0.8
_FEW = 20

#: From one cell to the next a shadow changes by at most this share: a step is a picture, or a dark
#: box whose white print dividing would efface. So many of the steps may be larger.
_STEP = 0.16
_STEPS = 0.002

#: The share of the page on each side where the table may be seen that the sheet lies on.
_MARGIN = 0.15

#: Darker than this (of 255) there is nothing to win back.
_DARKEST = 20


def find_shading(
    gray: Image.Image, plane: Plane | None = None, size: tuple[int, int] | None = None
) -> Image.Image | None:
    """The brightness of the paper of `gray` (mode "L"), of its size; None where it is even.

    `plane`: where the points of the sheet, of `size` px, lie on it; None: it fills the page.
    """
    if min(gray.size) < 8 * _CELL:
        return None
    paper = gray.reduce(_CELL).filter(ImageFilter.MaxFilter(5))
    sheet = _flatten(paper, plane, size) if plane is not None and size is not None else paper
    dx, dy = round(_MARGIN * sheet.width), round(_MARGIN * sheet.height)
    inner = sheet.crop((dx, dy, sheet.width - dx, sheet.height - dy))
    values = sorted(inner.tobytes())
    dark, light = values[len(values) // _FEW], values[-1 - len(values) // _FEW]
    if dark < _DARKEST or dark > _SHADED * light or not _is_smooth(inner):
        return None
    even = paper.filter(ImageFilter.GaussianBlur(2))
    return even.resize(gray.size, Image.Resampling.BICUBIC)


def divide_by_paper(gray: Image.Image, paper: Image.Image) -> Image.Image:
    """`gray` as if `paper` were white everywhere."""
    even: Image.Image = ImageMath.lambda_eval(
        lambda args: args["convert"](
            args["min"](args["gray"] * 255 / args["max"](args["paper"], 1), 255), "L"
        ),
        gray=gray,
        paper=paper,
    )
    return even


def _flatten(paper: Image.Image, plane: Plane, size: tuple[int, int]) -> Image.Image:
    """What of `paper`, in cells, lies on the sheet."""
    to_page, to_cells = Plane(a=_CELL, e=_CELL), Plane(a=1 / _CELL, e=1 / _CELL)
    return paper.transform(
        (max(1, size[0] // _CELL), max(1, size[1] // _CELL)),
        Image.Transform.PERSPECTIVE,
        to_cells.after(plane).after(to_page).coefficients,
        Image.Resampling.BILINEAR,
    )


def _is_smooth(paper: Image.Image) -> bool:
    width, height = paper.size
    values = paper.tobytes()
    steps = large = 0
    for y in range(height):
        row = values[y * width : (y + 1) * width]
        below = values[(y + 1) * width : (y + 2) * width] or row
        for value, right, under in zip(row, row[1:] + row[-1:], below, strict=True):
            most = _STEP * max(value, _DARKEST)
            steps += 2
            large += (abs(value - right) > most) + (abs(value - under) > most)
    return large <= _STEPS * steps
