"""What a page shows as a picture is cut out of it."""

from __future__ import annotations

import io

from PIL import Image

from documents.text.page_layout import Block, PageLayout
from ocr_worker.figures import cut_out_figures


def page_with(*blocks: Block) -> tuple[Image.Image, PageLayout]:
    image = Image.new("RGB", (400, 600), "white")
    image.paste("red", (100, 200, 300, 400))
    return image, PageLayout(400, 600, 72, blocks=blocks)


def test_a_picture_is_what_stands_in_its_box() -> None:
    image, layout = page_with(Block("b1", "image", (100, 200, 300, 400), 0, ""))

    changed, figures = cut_out_figures(image, layout, 7)

    ((name, content),) = figures.items()
    assert changed.blocks[0].figure == name
    assert name.startswith("0007-")
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    assert picture.size == (200, 200)
    red, green, blue = picture.getpixel((100, 100))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 60


def test_what_was_read_in_a_picture_stands_below_it() -> None:
    image, layout = page_with(Block("b1", "chart", (100, 200, 300, 400), 0, "Year", "Year"))

    changed, figures = cut_out_figures(image, layout, 1)

    (name,) = figures
    assert changed.blocks[0].markdown == f"![](figures/{name})\n\nYear"


def test_text_and_specks_are_no_pictures() -> None:
    image, layout = page_with(
        Block("b1", "text", (100, 200, 300, 400), 0, "x"),
        Block("b2", "image", (100, 200, 104, 400), 1, ""),
    )

    assert cut_out_figures(image, layout, 1) == (layout, {})


def test_the_same_picture_twice_is_one_file() -> None:
    box = (100, 200, 300, 400)
    image, layout = page_with(Block("b1", "image", box, 0, ""), Block("b2", "seal", box, 1, ""))

    changed, figures = cut_out_figures(image, layout, 1)

    assert len(figures) == 1
    assert changed.blocks[0].figure == changed.blocks[1].figure
