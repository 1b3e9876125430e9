"""An image becomes a page with its own data, upright, with its words on their ink."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ocr_worker.rendering import Renderer
from tests.ocr_worker.searchable_pdf.making import (
    HEIGHT,
    INK,
    WIDTH,
    covered_ink,
    encoded,
    is_sound,
    layout_of,
    make_pdf,
    picture,
    text_by_pdfium,
    text_by_poppler,
)

#: By EXIF orientation: what makes the stored picture of an upright one.
_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
#: What was read: on the ink.
READ = layout_of([("договор", INK)])


def rotated(layout_rotation: int) -> Image.Image:
    """A picture that is upright when it is rotated clockwise by that."""
    return picture().rotate(layout_rotation, expand=True)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright_whatever_its_exif_says(
    renderer: Renderer, tmp_path: Path, orientation: int
) -> None:
    turn = _STORED[orientation]
    stored = picture() if turn is None else picture().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(stored, "JPEG", exif=exif, dpi=(100, 100), quality=95))

    made = make_pdf(renderer, path, "image/jpeg", [READ])

    assert path.read_bytes() in made.read_bytes(), "the photo itself, not encoded again"
    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["договор"]
    assert covered_ink(made, "договор") > 0.9
    assert is_sound(made)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_on_its_side_is_shown_upright(
    renderer: Renderer, tmp_path: Path, rotation: int
) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(encoded(rotated(rotation), "PNG", dpi=(100, 100)))

    made = make_pdf(renderer, path, "image/png", [layout_of([("договор", INK)], rotation=rotation)])

    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["договор"]
    assert covered_ink(made, "договор") > 0.9


@pytest.mark.parametrize(
    ("kind", "mime_type", "mode", "options"),
    [
        ("PNG", "image/png", "L", {}),
        ("PNG", "image/png", "RGB", {}),
        ("PNG", "image/png", "1", {}),
        ("PNG", "image/png", "P", {}),
        ("PNG", "image/png", "RGBA", {}),
        ("TIFF", "image/tiff", "1", {"compression": "group4"}),
        ("TIFF", "image/tiff", "1", {"compression": "tiff_lzw"}),
        ("TIFF", "image/tiff", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "image/tiff", "RGB", {"compression": "jpeg"}),
        ("JPEG", "image/jpeg", "CMYK", {}),
        ("BMP", "image/bmp", "RGB", {}),
        ("GIF", "image/gif", "L", {}),
        ("WEBP", "image/webp", "RGB", {}),
        ("AVIF", "image/avif", "RGB", {}),
        ("JPEG2000", "image/jp2", "RGB", {}),
    ],
)
def test_every_kind_of_picture_keeps_its_ink(
    renderer: Renderer, tmp_path: Path, kind: str, mime_type: str, mode: str,
    options: dict[str, object],
) -> None:  # fmt: skip
    path = tmp_path / "scan.bin"
    path.write_bytes(encoded(picture(mode="RGB").convert(mode), kind, **options))

    made = make_pdf(renderer, path, mime_type, [READ])

    assert covered_ink(made, "договор") > 0.9
    assert is_sound(made)


def test_a_phones_picture_is_put_in(renderer: Renderer, tmp_path: Path) -> None:
    path = Path(__file__).parent.parent / "rendering/square.heic"
    copy = tmp_path / "square.heic"
    copy.write_bytes(path.read_bytes())

    made = make_pdf(renderer, copy, "image/heic", [None])

    assert is_sound(made)
    assert b"/DCTDecode" in made.read_bytes()


def test_the_data_of_a_png_and_of_a_fax_are_copied(renderer: Renderer, tmp_path: Path) -> None:
    png, fax = tmp_path / "scan.png", tmp_path / "fax.tif"
    png.write_bytes(encoded(picture(), "PNG"))
    fax.write_bytes(
        encoded(picture().convert("1"), "TIFF", compression="group4", tiffinfo={278: HEIGHT})
    )

    made_png = make_pdf(renderer, png, "image/png", [READ]).read_bytes()
    made_fax = make_pdf(renderer, fax, "image/tiff", [READ]).read_bytes()

    data = png.read_bytes()
    start = data.index(b"IDAT") + 4
    assert data[start : start + 200] in made_png
    assert b"/CCITTFaxDecode" in made_fax
    with Image.open(fax) as image:
        offset, length = image.tag_v2[273][0], image.tag_v2[279][0]
    assert fax.read_bytes()[offset : offset + length] in made_fax


def test_what_read_a_picture_is_told_twice(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(picture(), "PNG"))

    made = make_pdf(renderer, path, "image/png", [READ], system="ocrsite 1; tesseract 5")

    with pikepdf.open(made) as pdf:
        assert str(pdf.docinfo["/Producer"]) == "ocrsite 1; tesseract 5"
        metadata = pdf.open_metadata()
        assert metadata["pdf:Producer"] == "ocrsite 1; tesseract 5"
        assert "pdfaid:part" not in metadata


def test_every_page_of_a_tiff_has_its_own_text(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    pages = [picture(), picture(), picture()]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    layouts = [layout_of([(word, INK)]) for word in ("первый", "второй", "третий")]

    made = make_pdf(renderer, path, "image/tiff", layouts)

    assert text_by_poppler(made).split() == ["первый", "второй", "третий"]
    assert covered_ink(made, "третий", page=2) > 0.9


def test_words_of_a_line_stand_apart_and_letters_outside_the_basic_plane_stay(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(encoded(picture(), "PNG"))
    words = [("и", (20, 50, 30, 70)), ("т.д.", (31, 50, 60, 70)), ("№5", (62, 52, 90, 68))]

    made = make_pdf(renderer, path, "image/png", [layout_of(words)])

    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["и", "т.д.", "№5"]
    assert WIDTH > 90
