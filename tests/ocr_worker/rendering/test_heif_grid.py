"""Pictures of telephones that are too large to be decoded whole."""

from __future__ import annotations

from pathlib import Path

import pi_heif
import pytest
from PIL import Image, ImageChops

from documents.errors import DamagedFile, DamagedPage, PageTooLarge
from ocr_worker.rendering import Renderer, heif_grid
from ocr_worker.rendering.types import MAX_PIXELS
from tests.ocr_worker.rendering.heif_files import mirror, turn, write_grid

pi_heif.register_heif_opener(thumbnails=False)


def decode_whole(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return Image.Image.convert(image, "RGB")


def decode_tiles(path: Path, most_pixels: int) -> Image.Image:
    with path.open("rb") as file:
        reduced = heif_grid.decode_reduced(file, most_pixels)
    assert reduced is not None
    return reduced


def are_same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize(
    "changes", [(), (turn(1),), (turn(2),), (turn(3),), (mirror(0),), (mirror(1), turn(1))]
)
def test_tiles_give_the_picture_that_a_viewer_shows(
    tmp_path: Path, changes: tuple[bytes, ...]
) -> None:
    path = write_grid(tmp_path / "grid.heic", 4, 5, 850, 701, *changes)

    assert are_same(decode_tiles(path, 10_000_000), decode_whole(path))


@pytest.mark.parametrize("factor", [2, 3, 4, 7, 9])
def test_tiles_give_the_picture_reduced(tmp_path: Path, factor: int) -> None:
    path = write_grid(tmp_path / "grid.heic", 4, 5, 850, 701)

    reduced = decode_tiles(path, -(-850 * 701 // factor**2))

    assert are_same(reduced, decode_whole(path).reduce(factor))


def test_a_picture_of_200_megapixels_is_read_smaller(renderer: Renderer, tmp_path: Path) -> None:
    # 999 tiles are the most that libheif takes: they fill the upper left part of the picture.
    width, height = 16_320, 12_240
    path = write_grid(tmp_path / "large.heic", 25, 39, width, height, turn(3))

    page = renderer.render_page(path, "image/heic", 1)

    assert page.image.width * page.image.height <= MAX_PIXELS
    assert page.image.width / page.image.height == pytest.approx(height / width, rel=0.01)
    assert not page.blank
    factor = height / page.image.width
    # The picture is turned clockwise: its first row of tiles is the last column.
    x, y = page.image.width - 80 / factor, (3 * 240 + 120) / factor
    assert page.image.getpixel((round(x), round(y))) < 60  # type: ignore[operator]
    corner = (page.image.width - 1 - round(5 / factor), round(5 / factor))
    assert page.image.getpixel(corner) > 200  # type: ignore[operator]


def test_a_picture_beyond_all_limits_is_refused(renderer: Renderer, tmp_path: Path) -> None:
    path = write_grid(tmp_path / "huge.heic", 3, 3, 20_000, 20_000)

    with pytest.raises(PageTooLarge):
        renderer.render_page(path, "image/heic", 1)


@pytest.mark.parametrize("end", [60, 300, 700, 30_000])
def test_a_large_picture_that_is_cut_fails_with_a_reason(
    renderer: Renderer, tmp_path: Path, end: int
) -> None:
    path = write_grid(tmp_path / "cut.heic", 25, 39, 16_320, 12_240)
    path.write_bytes(path.read_bytes()[:-end])

    with pytest.raises((DamagedFile, DamagedPage, PageTooLarge)):
        renderer.render_page(path, "image/heic", 1)
