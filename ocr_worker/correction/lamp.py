"""Find dark stripes across the whole of a page: a scanner's lamp that failed, the fold of a book.

A shadow with steep sides, or one that takes little of the page, is not told from pictures by
`find_shading`; one that darkens even the margins over the whole height or width of the page is.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageMath

#: The page is looked at in cells of so many px along it and across.
_ALONG, _ACROSS = 8, 16

#: Of a row or column of cells this share is darker than its paper.
_PAPER = 0.95

#: Paper in a stripe has at most this share of the brightness of paper beside it; the edges of the
#: page, where its surroundings may be seen, don't count.
_SHADED, _EDGE = 0.8, 0.06

#: Darker than this (of 255) there is nothing to win back.
_DARKEST = 40

#: What is so much lighter than the stripe is light print on a dark ground; there is less than this
#: share of it in a shadow.
_LIGHTER, _PRINT = 1.3, 0.03


def find_stripes(gray: Image.Image) -> Image.Image | None:
    """The brightness of the paper of `gray` (mode "L"), of its size, where it is darker in stripes
    from edge to edge, upright or level; None where there are none."""
    if min(gray.size) < 16 * _ACROSS:
        return None
    upright = _find_papers(gray.reduce((_ALONG, _ACROSS)).transpose(Image.Transpose.TRANSPOSE))
    if upright is not None:
        paper = _spread(upright, gray)
        if paper is not None:
            return paper
    level = _find_papers(gray.reduce((_ACROSS, _ALONG)))
    if level is None:
        return None
    paper = _spread(level, gray.transpose(Image.Transpose.TRANSPOSE))
    return paper.transpose(Image.Transpose.TRANSPOSE) if paper is not None else None


def _find_papers(cells: Image.Image) -> tuple[list[int], int] | None:
    """The brightness of paper in each row of `cells`, and in most of them, which none exceeds; None
    where no row is clearly darker."""
    high, values = cells.width, cells.tobytes()
    papers = [
        sorted(values[start : start + high])[int(_PAPER * (high - 1))]
        for start in range(0, len(values), high)
    ]
    edge = round(_EDGE * len(papers))
    light = sorted(papers)[int(0.75 * len(papers))]
    inner = papers[edge : len(papers) - edge]
    if min(inner) < _DARKEST or min(inner) > _SHADED * light:
        return None
    # Edges stay as they are: what is dark there may be no paper at all.
    known = [
        paper if edge <= index < len(papers) - edge else light for index, paper in enumerate(papers)
    ]
    return [min(paper, light) for paper in known], light


def _spread(found: tuple[list[int], int], gray: Image.Image) -> Image.Image | None:
    """The paper of `gray` in upright stripes of so much brightness; None where what is in the dark
    ones is light print."""
    papers, light = found
    row = Image.frombytes("L", (len(papers), 1), bytes(papers))
    paper = row.resize((gray.width, 1), Image.Resampling.BICUBIC).resize(gray.size)
    return None if _has_light_print(gray, paper, light) else paper


def _has_light_print(gray: Image.Image, paper: Image.Image, light: int) -> bool:
    stripe = paper.point([255 if value <= _SHADED * light else 0 for value in range(256)])
    lighter = ImageMath.lambda_eval(
        lambda args: args["convert"]((args["gray"] > args["paper"] * _LIGHTER) * 255, "L"),
        gray=gray,
        paper=paper,
    )
    printed = ImageChops.multiply(lighter, stripe).histogram()[255]
    return bool(printed > _PRINT * stripe.histogram()[255])
