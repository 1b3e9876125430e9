"""One page image for somebody who looks at it, made in a child process that ends with it."""

from __future__ import annotations

from pathlib import Path

from . import Renderer
from .types import Limits

#: A person waits for this one, and the web's memory is the machine's: less than a reader may have.
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=10)


def render_page(path: str, mime_type: str, number: int, rotation: int) -> bytes:
    """The page as WebP, turned clockwise by `rotation`, at the size that boxes are measured on.

    Raises ReadingError.
    """
    with Renderer(LIMITS) as renderer:
        return renderer.render_page_image(Path(path), mime_type, number, rotation=rotation).data


def render_thumbnail(path: str, mime_type: str, rotation: int) -> bytes:
    """The first page as a small WebP, turned clockwise by `rotation`. Raises ReadingError."""
    with Renderer(LIMITS) as renderer:
        return renderer.render_thumbnail(Path(path), mime_type, rotation=rotation)
