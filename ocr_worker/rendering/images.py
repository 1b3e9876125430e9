"""Raster images by Pillow: count pages, decode, rotate upright. Runs only in the child."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import BinaryIO

import pi_heif
from PIL import (
    AvifImagePlugin,
    Image,
    ImageOps,
    Jpeg2KImagePlugin,
    MpoImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from documents.errors import DamagedFile, DamagedPage, PageTooLarge, ReadingError
from documents.messages import Message

from . import heif_grid, image_frames
from .geometry import guess_dpi
from .image_modes import to_plain_mode
from .image_repair import decode_damaged, read_mended
from .types import MAX_PAGES, MAX_PIXELS

#: Larger images are not decoded: in colour this is 600 MB, twice that during conversion.
MAX_DECODED_PIXELS = 150_000_000

#: What Pillow raises for damaged data (ValueError: text chunks of a PNG that are too long).
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError)

# Decoders are loaded here and not, as Pillow would, with the first file: in the jail nothing can
# be loaded any more.
Image.preinit()
DECODERS = (AvifImagePlugin, Jpeg2KImagePlugin, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.register_heif_opener(thumbnails=False)

_PILLOW_FORMATS = {
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG",),
    "image/tiff": ("TIFF",),
    "image/webp": ("WEBP",),
    "image/bmp": ("BMP",),
    "image/gif": ("GIF",),
    "image/heic": ("HEIF",),
    "image/avif": ("AVIF",),
    "image/jp2": ("JPEG2000",),
}

#: Compressions of a TIFF that are a JPEG inside.
_JPEG_IN_TIFF = (6, 7, 34892)

#: A resolution outside this range is a default that no scanner writes (1, 72, 96 dpi).
_CREDIBLE_DPI = (100.0, 2400.0)


class ImageFile:
    """An open image file. Page numbers start at 1; only a TIFF has several.

    `stream` stays the caller's, who closes it after this. `damaged`: a part of the page decoded
    last is lost. Raises ReadingError.
    """

    def __init__(self, stream: BinaryIO, mime_type: str) -> None:
        Image.MAX_IMAGE_PIXELS = None  # Sizes are checked here, by the memory for decoding.
        warnings.simplefilter("ignore")
        self._mime_type = mime_type
        # Not by name: Pillow maps such files into memory, then misreads plain TIFFs with an
        # orientation tag of 90 or 270 degrees (13.0), and crashes on files that are truncated.
        self._stream = stream
        self.damaged = False
        self._opened_mended = False
        try:
            self._image = self._open()
            self.page_count = self._count_pages() if mime_type == "image/tiff" else 1
        except _DECODING_ERRORS as error:
            self._image = self._open_damaged(error)
            self._opened_mended = True
            self.page_count = 1
        self._decoded: tuple[int, Image.Image, float, bool] | None = None

    def close(self) -> None:
        self._decoded = None
        self._image.close()

    def _open(self) -> Image.Image:
        self._stream.seek(0)
        return Image.open(self._stream, formats=_PILLOW_FORMATS[self._mime_type])

    def _open_damaged(self, cause: Exception) -> Image.Image:
        """Open what `_open` refuses, at its header. Raises DamagedFile."""
        with contextlib.suppress(*_DECODING_ERRORS, DamagedPage):
            kind = self._kind
            if kind in ("PNG", "JPEG"):
                content = read_mended(self._stream, kind)
                return Image.open(io.BytesIO(content), formats=(kind,))
        if isinstance(cause, UnidentifiedImageError):
            raise DamagedFile(
                Message(
                    "The image is damaged and can’t be opened. "
                    "Scan or photograph the paper again, or upload another copy."
                )
            ) from cause
        raise DamagedFile(
            Message(
                "The image is damaged and can’t be opened ({problem}). "
                "Scan or photograph the paper again, or upload another copy.",
                problem=cause,
            )
        ) from cause

    @property
    def _kind(self) -> str:
        """Pillow's name of the format."""
        return _PILLOW_FORMATS[self._mime_type][0]

    @property
    def is_mended(self) -> bool:
        """Whether the page decoded last is not what the file says as it is."""
        return self.damaged or self._opened_mended

    def open_raw(self, number: int) -> Image.Image | None:
        """The page, opened and not decoded; None for an animation, of which any frame may count."""
        try:
            image = self._open()
            if self._mime_type == "image/tiff":
                image.seek(number - 1)
            elif int(getattr(image, "n_frames", 1)) > 1 and image.format != "MPO":
                return None
        except _DECODING_ERRORS:
            return None
        return image

    def is_lossy(self, number: int) -> bool:
        """Whether the page was compressed with loss, as far as its kind tells."""
        if self._mime_type != "image/tiff":
            return self._mime_type not in ("image/png", "image/bmp", "image/gif")
        image = self.open_raw(number)
        return image is not None and image.tag_v2.get(259) in _JPEG_IN_TIFF  # type: ignore[attr-defined]

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
                    "The image has no page {page}; it has {count}. "
                    "Upload another copy of the file.",
                    page=number,
                    count=self.page_count,
                )
            )
        try:
            image, dpi, ratio = self._load(number)
            page = to_plain_mode(ImageOps.exif_transpose(image))
        except ReadingError:
            raise
        except _DECODING_ERRORS as error:
            raise DamagedPage(
                Message(
                    "Page {page} of the image is damaged ({problem}). "
                    "Scan or photograph the paper again, or upload another copy.",
                    page=number,
                    problem=error,
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

    def _load(self, number: int) -> tuple[Image.Image, float | None, float]:
        """The page's pixels, its dpi (None: not stated), and the stretch that makes them square."""
        self.damaged = False
        stated: tuple[float, float | None, int] = (1.0, None, 1)

        def prepare(image: Image.Image) -> None:
            nonlocal stated
            across = image.width
            _check_size(image)
            stated = (*_read_resolution(image), across)

        try:
            image = self._image
            if self._mime_type == "image/tiff":
                image.seek(number - 1)
            else:
                image = self._image = self._open()  # a decoded image can't be decoded again
            reduced = self._decode_tiles(image)
            if reduced is not None:
                stated = (*_read_resolution(image), image.width)
                image = reduced
            else:
                prepare(image)
                image.load()
                image_frames.seek_written(image)
        except _DECODING_ERRORS as error:
            try:
                image, self.damaged = decode_damaged(self._stream, self._kind, prepare, page=number)
            except _DECODING_ERRORS:
                raise error from None
        ratio, dpi, across = stated
        # It may have been decoded smaller.
        return image, dpi * image.width / across if dpi else None, ratio

    def _decode_tiles(self, image: Image.Image) -> Image.Image | None:
        """A picture too large to be decoded whole, smaller, where it is made of tiles; else None.

        `image`: opened, not decoded.
        """
        if self._kind != "HEIF" or image.width * image.height <= MAX_DECODED_PIXELS:
            return None
        return heif_grid.decode_reduced(self._stream, MAX_PIXELS)


def _stretch_to_square(page: Image.Image, stretch: float) -> Image.Image:
    """Resize to square pixels; `stretch`: their height by their width."""
    width, height = page.size
    size = (round(width * stretch), height) if stretch > 1 else (width, round(height / stretch))
    return page.resize(size, Image.Resampling.BICUBIC)


def _check_size(image: Image.Image) -> None:
    """Refuse an image that exceeds the limits, by its header alone; let a large JPEG be reduced."""
    width, height = stated = image.size
    if width < 1 or height < 1:
        raise DamagedPage(
            Message(
                "The image has no pixels. "
                "Scan or photograph the paper again, or upload another copy."
            )
        )
    if width * height > MAX_PIXELS and image.format in ("JPEG", "JPEG2000"):
        for power in (1, 2, 3):
            if width * height / 4**power <= MAX_PIXELS:
                break
        if isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):
            image.reduce = power
            width, height = width >> power, height >> power
        else:
            image.draft(None, (-(-width // 2**power), -(-height // 2**power)))
            width, height = image.size
    if width * height > MAX_DECODED_PIXELS or max(width, height) > 65_500:
        raise PageTooLarge(
            Message(
                "The image has {width} x {height} pixels; at most {most} million are read. "
                "Scan it again at a lower resolution.",
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
