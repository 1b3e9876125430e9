"""Raster images by Pillow: count pages, decode, rotate upright. Runs only in the child."""

from __future__ import annotations

import warnings
from typing import BinaryIO

import pi_heif
from PIL import (
    Image,
    ImageOps,
    MpoImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from documents.errors import DamagedFile, DamagedPage, PageTooLarge, ReadingError
from documents.messages import Message

from .geometry import guess_dpi
from .types import MAX_PAGES, MAX_PIXELS

#: Larger images are not decoded: in colour this is 600 MB, twice that during conversion.
MAX_DECODED_PIXELS = 150_000_000

#: What Pillow raises for damaged data (ValueError: text chunks of a PNG that are too long).
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError)

# Decoders are loaded here and not, as Pillow would, with the first file: in the jail nothing can
# be loaded any more.
Image.preinit()
DECODERS = (MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)
pi_heif.register_heif_opener(thumbnails=False)

_PILLOW_FORMATS = {
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG",),
    "image/tiff": ("TIFF",),
    "image/webp": ("WEBP",),
    "image/bmp": ("BMP",),
    "image/gif": ("GIF",),
    "image/heic": ("HEIF",),
}

#: A resolution outside this range is a default that no scanner writes (1, 72, 96 dpi).
_CREDIBLE_DPI = (100.0, 2400.0)


class ImageFile:
    """An open image file. Page numbers start at 1; only a TIFF has several.

    `stream` stays the caller's, who closes it after this. Raises ReadingError.
    """

    def __init__(self, stream: BinaryIO, mime_type: str) -> None:
        Image.MAX_IMAGE_PIXELS = None  # Sizes are checked here, by the memory for decoding.
        warnings.simplefilter("ignore")
        self._mime_type = mime_type
        # Not by name: Pillow maps such files into memory, then misreads plain TIFFs with an
        # orientation tag of 90 or 270 degrees (13.0), and crashes on files that are truncated.
        self._stream = stream
        try:
            self._image = self._open()
            self.page_count = self._count_pages() if mime_type == "image/tiff" else 1
        except UnidentifiedImageError as error:
            raise DamagedFile(Message("The image is damaged and can’t be opened.")) from error
        except _DECODING_ERRORS as error:
            raise DamagedFile(
                Message("The image is damaged and can’t be opened ({problem}).", problem=error)
            ) from error
        self._decoded: tuple[int, Image.Image, float, bool] | None = None

    def close(self) -> None:
        self._decoded = None
        self._image.close()

    def _open(self) -> Image.Image:
        self._stream.seek(0)
        return Image.open(self._stream, formats=_PILLOW_FORMATS[self._mime_type])

    def decode(self, number: int) -> tuple[Image.Image, float, bool]:
        """The upright page in its natural size ("L" or "RGB"), its dpi, whether that is a guess.

        The last page decoded is cached: OCR and the image for people use the same pixels.
        """
        if self._decoded is None or self._decoded[0] != number:
            self._decoded = None
            self._decoded = (number, *self._decode(number))
        return self._decoded[1:]

    def _count_pages(self) -> int:
        count = int(getattr(self._image, "n_frames", 1))
        if count > MAX_PAGES:
            raise PageTooLarge(
                Message(
                    "The file has {count} pages; at most {most} are read. Split it.",
                    count=count,
                    most=MAX_PAGES,
                )
            )
        return count

    def _decode(self, number: int) -> tuple[Image.Image, float, bool]:
        if not 1 <= number <= self.page_count:
            raise DamagedPage(
                Message(
                    "The image has no page {page}; it has {count}.",
                    page=number,
                    count=self.page_count,
                )
            )
        try:
            image = self._image
            if self._mime_type == "image/tiff":
                image.seek(number - 1)
            else:
                image = self._image = self._open()  # a decoded image can't be decoded again
            across = image.width
            _check_size(image)
            ratio, dpi = _read_resolution(image)
            if dpi:
                dpi *= image.width / across  # a JPEG may be decoded smaller
            image.load()
            page = _to_plain_mode(ImageOps.exif_transpose(image))
        except ReadingError:
            raise
        except _DECODING_ERRORS as error:
            raise DamagedPage(
                Message(
                    "Page {page} of the image is damaged ({problem}).", page=number, problem=error
                )
            ) from error
        turned = page.size != image.size and page.size == image.size[::-1]
        if ratio != 1:  # fax: the sides have different resolutions
            page = _stretch_to_square(page, 1 / ratio if turned else ratio)
        pixels = page.width * page.height
        if pixels > MAX_PIXELS:
            factor = 2
            while pixels / factor**2 > MAX_PIXELS:
                factor += 1
            page = page.reduce(factor)
            dpi = dpi / factor if dpi else dpi
        if dpi:
            return page, dpi, False
        return page, guess_dpi(*page.size), True


def _stretch_to_square(page: Image.Image, stretch: float) -> Image.Image:
    """Resize to square pixels; `stretch`: their height by their width."""
    width, height = page.size
    size = (round(width * stretch), height) if stretch > 1 else (width, round(height / stretch))
    return page.resize(size, Image.Resampling.BICUBIC)


def _check_size(image: Image.Image) -> None:
    """Refuse an image that exceeds the limits, by its header alone; let a large JPEG be reduced."""
    width, height = stated = image.size
    if width < 1 or height < 1:
        raise DamagedPage(Message("The image has no pixels."))
    if width * height > MAX_PIXELS and image.format == "JPEG":
        for scale in (2, 4, 8):
            if width * height / scale**2 <= MAX_PIXELS:
                break
        image.draft(None, (-(-width // scale), -(-height // scale)))
        width, height = image.size
    if width * height > MAX_DECODED_PIXELS or max(width, height) > 65_500:
        raise PageTooLarge(
            Message(
                "The image has {width} x {height} pixels; at most {most} million are read.",
                width=stated[0],
                height=stated[1],
                most=MAX_DECODED_PIXELS // 1_000_000,
            )
        )


def _read_resolution(image: Image.Image) -> tuple[float, float | None]:
    """The stretch that makes pixels square, and the dpi (None: not stated), as the file states."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 1.0, None
    low, high = _CREDIBLE_DPI
    if low <= across <= high and low <= down <= high:
        if max(across, down) / min(across, down) > 1.05:
            return down / across, max(across, down)
        return 1.0, across
    if 190 <= across <= 210 and 90 <= down <= 110:  # coarse fax, 204 x 98
        return down / across, across
    return 1.0, None


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Convert to "L" or "RGB": transparency on white, deep gray to 8 bits."""
    mode = image.mode
    if mode in ("L", "RGB"):
        return image if "transparency" not in image.info else _flatten_on_white(image)
    if mode == "1":
        return image.convert("L")
    if mode.startswith("I") or mode == "F":
        return _to_eight_bits(image)
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _flatten_on_white(image)
    return image.convert("RGB")


def _flatten_on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16- and 32-bit gray by its own range: scanners of 10 or 12 bits do not use all 16."""
    wide = image.convert("I") if image.mode != "F" else image
    low, high = wide.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type]
    if not high > low:
        return Image.new("L", image.size, 255 if high > 0 else 0)
    if image.mode.startswith("I;16") and high > 255:
        low = 0.0
        high = next(float(top) for top in (1023, 4095, 16383, 65535) if high <= top)
    scale = 255.0 / (high - low)
    return wide.point(lambda value: value * scale + (-low * scale)).convert("L")
