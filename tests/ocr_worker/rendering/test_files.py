"""What the renderer makes of good files."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops

from documents.errors import DamagedFile, DamagedPage, NoPages, PageTooLarge, PasswordNeeded
from ocr_worker.rendering import Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, picture, saved, write


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_the_pages_of_a_pdf_are_counted(renderer: Renderer, tmp_path: Path) -> None:
    def three_pages(canvas: Any) -> None:
        for _ in range(3):
            canvas.showPage()

    path = pdf(tmp_path / "three.pdf", three_pages)

    assert renderer.count_pages(path, PDF) == 3


def test_every_page_of_a_tiff_is_read(renderer: Renderer, tmp_path: Path) -> None:
    pages = [Image.new("L", (300, 200), shade) for shade in (0, 120, 255)]
    path = tmp_path / "many.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert renderer.count_pages(path, "image/tiff") == 3
    shades = [renderer.render_page(path, "image/tiff", n).image.getpixel((5, 5)) for n in (3, 1, 2)]
    assert shades == [255, 0, 120]


@pytest.mark.parametrize(
    ("mime_type", "name", "mode"),
    [
        ("image/png", "page.png", "L"),
        ("image/png", "deep.png", "I;16"),
        ("image/png", "clear.png", "RGBA"),
        ("image/png", "palette.png", "P"),
        ("image/jpeg", "page.jpg", "L"),
        ("image/jpeg", "print.jpg", "CMYK"),
        ("image/tiff", "fax.tif", "1"),
        ("image/tiff", "print.tif", "CMYK"),
        ("image/webp", "page.webp", "RGB"),
        ("image/bmp", "page.bmp", "RGB"),
        ("image/gif", "page.gif", "P"),
    ],
)
def test_black_print_on_white_comes_out_as_that(
    renderer: Renderer, tmp_path: Path, mime_type: str, name: str, mode: str
) -> None:
    page = Image.new("L", (240, 160), 255)
    page.paste(0, (80, 40, 160, 120))
    if mode == "I;16":
        page = page.convert("I").point(lambda value: value * 257).convert("I;16")
    elif mode == "RGBA":  # black with all else transparent
        page = Image.merge(
            "RGBA", [Image.new("L", page.size)] * 3 + [page.point(lambda v: 255 - v)]
        )
    else:
        page = page.convert(mode)
    path = saved(page, tmp_path / name)
    image = renderer.render_page(path, mime_type, 1).image
    assert image.size == (240, 160)
    assert image.getpixel((120, 80)) < 60  # type: ignore[operator]
    assert image.getpixel((10, 10)) > 200  # type: ignore[operator]


def test_a_photo_of_a_telephone_is_read(renderer: Renderer) -> None:
    # A black square on white, as HEVC: Pillow can't write this format. Its decoder starts a thread.
    page = renderer.render_page(Path(__file__).with_name("square.heic"), "image/heic", 1)
    assert page.image.size == (240, 160)
    assert page.image.getpixel((120, 80)) < 60  # type: ignore[operator]
    assert page.image.getpixel((10, 10)) > 200  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "mime_type", "options"),
    [
        ("photo.jpg", "image/jpeg", {}),
        ("plain.tif", "image/tiff", {}),
        ("packed.tif", "image/tiff", {"compression": "tiff_lzw"}),
    ],
)
def test_a_photo_is_turned_as_its_exif_says(
    renderer: Renderer, tmp_path: Path, name: str, mime_type: str, options: dict[str, str]
) -> None:
    upright = Image.new("L", (200, 300), 255)
    upright.paste(0, (0, 0, 200, 60))  # the top is dark
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90
    path = saved(stored, tmp_path / name, exif=exif, **options)
    image = renderer.render_page(path, mime_type, 1).image
    assert image.size == (200, 300)
    assert image.getpixel((100, 20)) < 60  # type: ignore[operator]
    assert image.getpixel((100, 250)) > 200  # type: ignore[operator]


def test_a_fax_with_oblong_pixels_gets_its_shape_back(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(Image.new("1", (1728, 1100), 1), tmp_path / "fax.tif", dpi=(204, 98))
    page = renderer.render_page(path, "image/tiff", 1)
    assert page.image.width == 1728
    assert page.image.height == pytest.approx(1100 * 204 / 98, abs=3)


def test_page_images_are_at_most_2000_px_and_depend_on_the_page_alone(tmp_path: Path) -> None:
    path = pdf(tmp_path / "page.pdf", lambda canvas: write(canvas, ENGLISH))
    sizes = set()
    with Renderer() as first:
        first.render_page(path, PDF, 1)
        image = first.render_page_image(path, PDF, 1, rotation=0)
        sizes.add((image.width, image.height, image.dpi))
        turned = first.render_page_image(path, PDF, 1, rotation=90)
    with Renderer() as second:
        image = second.render_page_image(path, PDF, 1, rotation=0)
        sizes.add((image.width, image.height, image.dpi))
        layer = second.read_text_layer(path, PDF, 1)
    assert layer is not None
    sizes.add((layer.image_width, layer.image_height, layer.image_dpi))
    assert len(sizes) == 1
    assert max(image.width, image.height) == 2000
    assert (turned.width, turned.height) == (image.height, image.width)
    assert decoded(image.data).size == (image.width, image.height)
    assert decoded(image.data).format == "WEBP"


def test_a_thumbnail_of_anything_has_at_most_20_kb(renderer: Renderer, tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (900, 900), random.Random(1).randbytes(900 * 900 * 3))
    path = tmp_path / "noise.png"
    noise.resize((2700, 2700), Image.Resampling.NEAREST).save(path)

    small = renderer.render_thumbnail(path, "image/png")

    assert max(decoded(small).size) == 300
    assert len(small) <= 20_000


def test_a_page_image_keeps_its_colour_and_turns_clockwise(
    renderer: Renderer, tmp_path: Path
) -> None:
    page = Image.new("RGB", (400, 300), "white")
    page.paste((220, 20, 20), (0, 0, 400, 100))  # the top is red
    path = saved(page, tmp_path / "red.png")
    turned = decoded(renderer.render_page_image(path, "image/png", 1, rotation=90).data).convert(
        "RGB"
    )
    red, green, _ = turned.getpixel((turned.width - 20, turned.height // 2))  # type: ignore[misc]
    assert red > 150
    assert green < 90


def test_a_thumbnail_is_small(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(picture(ENGLISH), tmp_path / "page.png")
    thumbnail = decoded(renderer.render_thumbnail(path, "image/png"))
    assert max(thumbnail.size) == 300


def test_a_thumbnail_turns_with_its_page(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(picture(ENGLISH), tmp_path / "page.png")
    upright = decoded(renderer.render_thumbnail(path, "image/png"))

    turned = decoded(renderer.render_thumbnail(path, "image/png", rotation=90))

    assert turned.size == upright.size[::-1]


def test_a_pdf_page_is_shown_as_its_rotate_entry_says(renderer: Renderer, tmp_path: Path) -> None:
    plain = pdf(tmp_path / "plain.pdf", lambda canvas: write(canvas, ENGLISH))
    path = tmp_path / "turned.pdf"
    with pikepdf.open(plain) as document:
        document.pages[0].Rotate = 90
        document.save(path)
    page = renderer.render_page(path, PDF, 1).image
    assert page.width > page.height
    layer = renderer.read_text_layer(path, PDF, 1)
    assert layer is not None
    assert {word.turn for word in layer.words} == {90}


def test_a_scan_that_fills_its_page_is_drawn_px_by_px(renderer: Renderer, tmp_path: Path) -> None:
    # A4 at 200 dpi on a page that is stated as 595 points wide, which would make 1,653 px.
    scan = Image.effect_noise((1654, 2339), 90)
    path = pdf(
        tmp_path / "a.pdf", lambda canvas: canvas.drawInlineImage(scan, 0, 0, width=595, height=842)
    )

    page = renderer.render_page(path, PDF, 1)

    assert page.image.size == scan.size
    difference = ImageChops.difference(page.image, scan).histogram()
    assert sum(difference[:4]) > 0.99 * scan.width * scan.height


def test_a_cut_pdf_is_repaired(renderer: Renderer, tmp_path: Path) -> None:
    whole = pdf(tmp_path / "whole.pdf", lambda canvas: write(canvas, ENGLISH)).read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole[: whole.rindex(b"xref") - 20])
    assert renderer.count_pages(path, PDF) == 1
    layer = renderer.read_text_layer(path, PDF, 1)
    assert layer is not None
    assert layer.words[1].text == "supplier"


def test_a_pdf_that_only_restricts_its_use_is_read(renderer: Renderer, tmp_path: Path) -> None:
    path = encrypted(tmp_path, owner="secret", user="")
    assert renderer.count_pages(path, PDF) == 1


def test_a_pdf_that_opens_with_a_password_says_so(renderer: Renderer, tmp_path: Path) -> None:
    path = encrypted(tmp_path, owner="secret", user="key")
    with pytest.raises(PasswordNeeded):
        renderer.count_pages(path, PDF)


def test_a_pdf_that_its_owner_locked_without_a_password_is_read(
    renderer: Renderer, tmp_path: Path
) -> None:
    # By qpdf, which draws random numbers: from a device that the jail leaves to be read.
    path = encrypted(tmp_path, owner="", user="key")
    assert renderer.render_page(path, PDF, 1).image.size == (1653, 2339)


def encrypted(directory: Path, *, owner: str, user: str) -> Path:
    plain = pdf(directory / "plain.pdf", lambda canvas: write(canvas, ENGLISH))
    path = directory / "locked.pdf"
    with pikepdf.open(plain) as document:
        document.save(path, encryption=pikepdf.Encryption(owner=owner, user=user))
    return path


@pytest.mark.parametrize("mime_type", [PDF, "image/png", "image/jpeg", "image/tiff", "image/heic"])
def test_noise_is_a_damaged_file(renderer: Renderer, tmp_path: Path, mime_type: str) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(DamagedFile):
        renderer.count_pages(path, mime_type)


def test_a_pdf_without_pages_says_so(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "none.pdf"
    pikepdf.new().save(path)
    with pytest.raises(NoPages):
        renderer.count_pages(path, PDF)


def test_a_page_of_200_metres_is_refused_before_it_is_drawn(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = pdf(
        tmp_path / "huge.pdf", lambda canvas: canvas.drawString(9, 9, "A"), size=(200_000, 200_000)
    )
    with pytest.raises(PageTooLarge) as caught:
        renderer.render_page(path, PDF, 1)
    assert caught.value.page == 1


def test_a_large_page_is_drawn_at_a_lower_resolution(renderer: Renderer, tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "plan.pdf", lambda canvas: canvas.drawString(9, 9, "A"), size=(4000, 4000)
    )
    page = renderer.render_page(path, PDF, 1)
    assert page.dpi < 200
    assert page.image.width * page.image.height <= 40_000_000


def test_an_image_of_which_next_to_nothing_is_left_is_a_damaged_page_every_time(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = saved(picture(ENGLISH), tmp_path / "whole.png")
    path.write_bytes(path.read_bytes()[:100])
    for _ in range(2):
        with pytest.raises(DamagedPage):
            renderer.render_page(path, "image/png", 1)


def test_a_replaced_file_is_opened_again(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(Image.new("L", (100, 100), 0), tmp_path / "page.png")
    assert renderer.render_page(path, "image/png", 1).image.getpixel((9, 9)) == 0
    saved(Image.new("L", (120, 100), 255), path)
    assert renderer.render_page(path, "image/png", 1).image.size == (120, 100)
