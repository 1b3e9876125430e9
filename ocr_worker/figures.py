"""Cut the figures out of a page: what an engine found to be an image, a chart or a seal."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from documents.files.figures import name_of
from documents.text.page_layout import Block, Box, PageLayout

#: Labels of blocks that are pictures rather than text.
LABELS = frozenset({"image", "chart", "seal", "header_image", "footer_image", "figure"})

#: Figures that are cut out of one page at most: more are a pattern.
_MOST = 200

#: The shortest side of a figure, px: smaller blocks are specks.
_SMALLEST = 8

#: The longest side of a figure, px; larger ones are scaled down.
_LONGEST_SIDE = 2000

#: WebP options: at this quality the print in a diagram stays sharp.
_WEBP = {"quality": 80, "method": 2}


def cut_out_figures(
    image: Image.Image, layout: PageLayout, number: int
) -> tuple[PageLayout, dict[str, bytes]]:
    """`layout` with the names of its figures, and their WebP bytes by name.

    `image`: the upright page on which the layout's boxes are measured, px. `number`: the page's,
    from 1.
    """
    figures: dict[str, bytes] = {}
    blocks: list[Block] = []
    wanted = [block.id for block in layout.blocks if _is_figure(block)][:_MOST]
    for block in layout.blocks:
        if block.id in wanted:
            picture = _encode_webp(image, block.bbox)
            name = name_of(number, picture)
            figures[name] = picture
            block = replace(block, figure=name, markdown=_build_markdown(name, block.markdown))
        blocks.append(block)
    return replace(layout, blocks=tuple(blocks)), figures


def _is_figure(block: Block) -> bool:
    x0, y0, x1, y1 = block.bbox
    return block.label in LABELS and x1 - x0 >= _SMALLEST and y1 - y0 >= _SMALLEST


def _build_markdown(name: str, text: str) -> str:
    """The picture, and below it the text read in it. The path `figures/` is relative to the
    document's result files, in the bucket and in the API alike."""
    return "\n\n".join(filter(None, [f"![](figures/{name})", text]))


def _encode_webp(image: Image.Image, box: Box) -> bytes:
    x0, y0, x1, y1 = box
    picture = image.crop((int(x0), int(y0), max(int(x1), int(x0) + 1), max(int(y1), int(y0) + 1)))
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **_WEBP)
    return buffer.getvalue()
