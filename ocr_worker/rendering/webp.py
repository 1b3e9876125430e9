"""Page images and thumbnails as WebP."""

from __future__ import annotations

import io

from PIL import Image

from documents.errors import DamagedPage
from documents.messages import Message

from .types import MAX_THUMBNAIL_BYTES

#: WebP: method 0-6 and quality. A dense page at 1,545 x 2,000 px: method 0 takes 0.10 s and 460 KB,
#: the default (4) 0.30 s and 390 KB. At quality 70 small print keeps its edges.
_WEBP = {"quality": 70, "method": 0}

#: Qualities of a thumbnail, tried from the first. At the last one even noise takes 15 KB.
_SMALL_QUALITIES = (70, 50, 30, 10, 1)


def encode_small(image: Image.Image) -> bytes:
    """Of the best quality that keeps within MAX_THUMBNAIL_BYTES."""
    for quality in _SMALL_QUALITIES:
        data = encode_webp(image, quality=quality, method=2)
        if len(data) <= MAX_THUMBNAIL_BYTES:
            break
    return data


def encode_webp(image: Image.Image, **options: int) -> bytes:
    """`options` are Pillow's. Raises DamagedPage."""
    buffer = io.BytesIO()
    try:
        image.save(buffer, "WEBP", **{**_WEBP, **options})
    except (OSError, ValueError) as error:
        raise DamagedPage(
            Message(
                "The page can’t be shown: {problem}. Export the page as an image and upload that.",
                problem=error,
            )
        ) from error
    return buffer.getvalue()
