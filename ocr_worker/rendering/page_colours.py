"""The colours of a drawn page: whether it has any, and its gray. Pure, by Pillow."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageStat

from . import blank_page

#: How far channels may differ in a page that counts as gray (JPEG noise).
_GRAY_NOISE = 12

#: The difference (of 255) between the channels of a coloured mark, and which share of a page these
#: have: a stamp takes 1%, a picture of it all more than a third.
_MARK, _MARKED = 40, (0.002, 0.35)


def has_colour_marks(page: Image.Image) -> bool:
    """Whether a part of `page` ("RGB") has a colour and is no picture all over."""
    red, green, blue = page.reduce(4).split()
    lightest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    darkest = ImageChops.darker(red, ImageChops.darker(green, blue))
    share = sum(ImageChops.subtract(lightest, darkest).histogram()[_MARK:])
    least, most = _MARKED
    return least <= share / (red.width * red.height) <= most


def make_gray(page: Image.Image) -> Image.Image:
    """`page` in gray; where nothing is left of it, as of red letters on a green as bright, in the
    colour that shows most."""
    if page.mode == "L":
        return page
    gray = page.convert("L")
    if page.mode == "RGB" and blank_page.is_blank(gray):
        bands = [band for band in page.split() if not blank_page.is_blank(band)]
        return max(bands, key=_measure_contrast, default=gray)
    return gray


def _measure_contrast(band: Image.Image) -> float:
    return float(ImageStat.Stat(band).stddev[0])


def is_gray(page: Image.Image) -> bool:
    """Whether the first three bands of `page`, its colours in any order, are about the same."""
    sample = page.reduce(4) if min(page.size) >= 8 else page
    one, two, three = sample.split()[:3]
    return all(
        ImageChops.difference(*pair).getextrema()[1] <= _GRAY_NOISE  # type: ignore[operator]
        for pair in ((one, two), (two, three))
    )
