"""Decode what is left of a damaged image, and find out what is lost. Runs only in the child.

The image is decoded twice, with different fillers for what is missing: where both agree the picture
is in the file, where they differ it is lost. So a JPEG that lacks only its end mark is whole.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageChops, ImageFile

from documents.errors import DamagedPage
from documents.messages import Message

from .image_modes import to_plain_mode
from .png_chunks import mend_png

#: The mark that ends a JPEG (ITU-T T.81, B.1.1.3), and what a decoder never makes of nothing.
_JPEG_END = b"\xff\xd9"
_NOISE = bytes([0x5A, 0x35, 0xC6, 0x9B] * 2048)

#: Height of a row of blocks in a JPEG, px at most: the one in which the data end is half lost.
_JPEG_ROW = 16

#: Of an image with a smaller share of its height there is nothing to read.
_LEAST_LEFT = 0.02

#: A damaged file is read into memory.
_LARGEST = 200 * 1024 * 1024

#: Prepares an opened image as for a whole file (size limits, decoding at a smaller size).
Prepare = Callable[[Image.Image], None]


def decode_damaged(
    stream: BinaryIO, kind: str, prepare: Prepare, *, page: int = 1
) -> tuple[Image.Image, bool]:
    """The image ("L" or "RGB") of Pillow's format `kind` as far as it is there, and whether a part
    of it is lost or wrong.

    What is lost is white. Raises DamagedPage where next to nothing is left, what Pillow raises
    where it can't be opened, and what `prepare` raises.
    """
    data = read_mended(stream, kind)
    with _tolerance():
        if kind == "JPEG":
            image = _load(data, kind, prepare, page)
            other = _load(data[: -len(_JPEG_END)] + _NOISE + _JPEG_END, kind, prepare, page)
        else:
            image = _load(data, kind, prepare, page, filler=0)
            other = _load(data, kind, prepare, page, filler=255)
    top = _find_first_difference(image, other)
    del other
    plain = to_plain_mode(image)
    if top is None:
        # Only of these two is it known that nothing else can be wrong.
        return plain, kind not in ("JPEG", "PNG")
    # A progressive JPEG is whole with each part of its data, only less sharp.
    if not image.info.get("progressive"):
        _whiten(plain, top, _JPEG_ROW if kind == "JPEG" else 1, page)
    return plain, True


def read_mended(stream: BinaryIO, kind: str) -> bytes:
    """The content with an end and true checksums, so that a tolerant decoder takes it.

    Raises DamagedPage for a file too large for that.
    """
    if os.fstat(stream.fileno()).st_size > _LARGEST:
        raise DamagedPage(
            Message(
                "The image is damaged and too large to be repaired. "
                "Scan or photograph the paper again, or upload another copy."
            )
        )
    stream.seek(0)
    data = stream.read()
    if kind == "JPEG":
        return data + _JPEG_END
    return mend_png(data) if kind == "PNG" else data


def _find_first_difference(one: Image.Image, other: Image.Image) -> int | None:
    """The first row in which two images of one size and mode differ; None where they are equal."""
    if one.height == 0:
        return None
    rows = []
    for image in (one, other):
        data = image.tobytes()
        rows.append(Image.frombuffer("L", (len(data) // one.height, one.height), data))
    box = ImageChops.difference(*rows).getbbox()
    return None if box is None else box[1]


def _whiten(image: Image.Image, top: int, row: int, page: int) -> None:
    """Make white what is below the rows that are there; `row`: px that are decoded at once."""
    top = top // row * row
    if top < _LEAST_LEFT * image.height:
        raise DamagedPage(
            Message(
                "Next to nothing is left of the image. "
                "Scan or photograph the paper again, or upload another copy."
            ),
            page=page,
        )
    if top + row < image.height:
        image.paste("white", (0, top + row, image.width, image.height))


def _load(
    data: bytes, kind: str, prepare: Prepare, page: int, *, filler: int | None = None
) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=(kind,))
    if kind == "TIFF":
        image.seek(page - 1)
    prepare(image)
    if filler is not None:
        # The memory into which the image is going to be decoded.
        bands = len(image.getbands())
        colour = filler if bands == 1 else (filler,) * bands
        image.im = Image.new(image.mode, image.size, colour).im
    image.load()
    return image


@contextmanager
def _tolerance() -> Iterator[None]:
    """Pillow keeps what it has decoded when the data end early."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
