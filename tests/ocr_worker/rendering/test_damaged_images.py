"""What a viewer shows of a damaged or unusual image is what the renderer gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from ocr_worker.rendering import RenderedPage, Renderer
from tests.ocr_worker.files import ENGLISH, font, picture, saved

TYPES = {
    ".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
    ".avif": "image/avif", ".jp2": "image/jp2",
}  # fmt: skip


def render(renderer: Renderer, path: Path) -> RenderedPage:
    return renderer.render_page(path, TYPES[path.suffix], 1)


def page(mode: str = "L") -> Image.Image:
    """Print from the top to the bottom."""
    return picture(ENGLISH * 5).convert(mode)


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def differ(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> bool:
    parts = (image.convert("L").crop(box) for image in (one, other))
    _, most = ImageChops.difference(*parts).reduce(2).getextrema()
    return bool(most > 60)  # type: ignore[operator]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_only_its_end_is_whole(
    renderer: Renderer, tmp_path: Path, mode: str, progressive: bool
) -> None:
    path = saved(page(mode), tmp_path / "page.jpg", progressive=progressive)
    whole = render(renderer, path)
    path.write_bytes(path.read_bytes()[:-2])

    found = render(renderer, path)

    assert not found.damaged
    assert found.image.tobytes() == whole.image.tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("share", [0.3, 0.75, 0.97])
def test_of_a_cut_jpeg_the_upper_part_is_there_and_the_rest_white(
    renderer: Renderer, tmp_path: Path, mode: str, share: float
) -> None:
    path = cut(saved(page(mode), tmp_path / "page.jpg"), share)

    found = render(renderer, path)

    height = found.image.height
    assert found.damaged
    assert not differ(found.image, page(), (0, 0, 1240, int(height * share * 0.7)))
    assert found.image.convert("L").getpixel((5, height - 3)) == 255


def test_a_cut_progressive_jpeg_is_less_sharp(renderer: Renderer, tmp_path: Path) -> None:
    path = cut(saved(page("RGB"), tmp_path / "page.jpg", progressive=True), 0.8)

    found = render(renderer, path)

    assert found.damaged
    low, high = found.image.convert("L").crop((0, 1600, 1240, 1754)).getextrema()
    assert high - low > 150  # type: ignore[operator]


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("share", [0.4, 0.8])
def test_of_a_cut_png_the_upper_part_is_there_and_the_rest_white(
    renderer: Renderer, tmp_path: Path, mode: str, share: float
) -> None:
    source = page().convert("I").convert("I;16") if mode == "I;16" else page(mode)
    path = cut(saved(source, tmp_path / "page.png"), share)

    found = render(renderer, path)

    assert found.damaged
    if mode != "I;16":  # its range of brightness is that of what is left
        assert not differ(found.image, page(mode), (0, 0, 1240, 300))
    assert found.image.convert("L").getpixel((5, 1750)) == 255


def test_a_png_without_its_end_is_whole(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(page(), tmp_path / "page.png")
    path.write_bytes(path.read_bytes()[:-12])

    found = render(renderer, path)

    assert not found.damaged
    assert found.image.tobytes() == page().tobytes()


def test_a_wrong_checksum_beside_the_picture_of_a_png_changes_nothing(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = saved(page(), tmp_path / "page.png")
    content = path.read_bytes()
    remark = b"\0\0\0\x05tEXta\0bcd" + b"\x01\x02\x03\x04"
    path.write_bytes(content[:33] + remark + content[33:])

    found = render(renderer, path)

    assert renderer.count_pages(path, "image/png") == 1
    assert not found.damaged
    assert found.image.tobytes() == page().tobytes()


@pytest.mark.parametrize("ink", ["white", "black"])
@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_print_on_a_transparent_ground_has_contrast(
    renderer: Renderer, tmp_path: Path, ink: str, suffix: str
) -> None:
    image = Image.new("RGBA", (800, 400), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((40, 150), "Lighthouse keeper", fill=ink, font=font(60))
    path = saved(image, tmp_path / f"page{suffix}", lossless=True)

    found = render(renderer, path).image.convert("L")

    low, high = found.getextrema()
    assert high - low > 180  # type: ignore[operator]
    ground = found.getpixel((5, 5))
    assert (ground > 200) is (ink == "black")  # type: ignore[operator]


def test_a_bright_photo_with_rounded_corners_stays_on_white(
    renderer: Renderer, tmp_path: Path
) -> None:
    image = Image.new("RGBA", (800, 400), (230, 230, 230, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))

    found = render(renderer, saved(image, tmp_path / "page.png")).image.convert("L")

    assert found.getpixel((5, 5)) == 255


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".avif", ".png"])
def test_the_first_frame_that_is_not_blank_is_read(
    renderer: Renderer, tmp_path: Path, suffix: str
) -> None:
    blank = Image.new("RGB", (1240, 1754), "white")
    other = blank.copy()
    other.paste("black", (0, 1000, 1240, 1700))
    path = tmp_path / f"page{suffix}"
    blank.save(path, save_all=True, append_images=[blank, page("RGB"), other], duration=80)

    found = render(renderer, path)

    assert not found.blank
    assert not differ(found.image, page(), (0, 0, 1240, 1754))


@pytest.mark.parametrize("suffix", [".avif", ".jp2"])
def test_newer_and_rarer_formats_are_read(renderer: Renderer, tmp_path: Path, suffix: str) -> None:
    path = saved(page("RGB"), tmp_path / f"page{suffix}")

    assert renderer.count_pages(path, TYPES[suffix]) == 1
    assert not differ(render(renderer, path).image, page(), (0, 0, 1240, 1754))


def test_a_large_jpeg_2000_is_reduced_while_decoding(renderer: Renderer, tmp_path: Path) -> None:
    large = Image.new("L", (9000, 6000), 255)
    large.paste(0, (4500, 0, 9000, 6000))
    path = saved(large, tmp_path / "page.jp2")

    found = render(renderer, path)

    assert found.image.size == (4500, 3000)
    assert found.image.getpixel((100, 100)) > 250  # type: ignore[operator]
    assert found.image.getpixel((4400, 100)) < 5  # type: ignore[operator]
