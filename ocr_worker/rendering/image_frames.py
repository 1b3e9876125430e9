"""Of an animation, the first picture that has something on it. Runs only in the child process."""

from __future__ import annotations

from PIL import Image

from . import blank_page
from .image_modes import to_plain_mode

#: Frames looked at, and pixels decoded for it: an animation may have thousands of each.
_MOST_FRAMES = 20
_MOST_PIXELS = 200_000_000


def seek_written(image: Image.Image) -> None:
    """Move a decoded image to its first frame that is not blank; stay at the first if all are."""
    count = min(int(getattr(image, "n_frames", 1)), _MOST_FRAMES)
    if count < 2 or image.format not in ("GIF", "WEBP", "PNG", "AVIF"):
        return
    pixels = image.width * image.height
    for index in range(min(count, max(1, _MOST_PIXELS // pixels))):
        image.seek(index)
        image.load()
        if not blank_page.is_blank(to_plain_mode(image).convert("L")):
            return
    image.seek(0)
    image.load()
