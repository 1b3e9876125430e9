"""Render a page image, or unlock a file, on demand, in a child process that ends afterwards."""

from __future__ import annotations

from pathlib import Path

from . import Renderer
from .types import Limits

#: A person waits, and the web process shares the machine's memory: less than a worker may use.
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=10)


def render_page(path: str, mime_type: str, number: int, rotation: int) -> bytes:
    """Render the page as WebP, rotated clockwise by `rotation` degrees, at the size of its boxes.

    Raises ReadingError.
    """
    with Renderer(LIMITS) as renderer:
        return renderer.render_page_image(Path(path), mime_type, number, rotation=rotation).data


def render_thumbnail(path: str, mime_type: str, number: int, rotation: int) -> bytes:
    """Render the page as a small WebP, rotated as `render_page`. Raises ReadingError."""
    with Renderer(LIMITS) as renderer:
        return renderer.render_thumbnail(Path(path), mime_type, number, rotation=rotation)


def unlock_file(path: str, mime_type: str, password: str) -> bytes:
    """The PDF as it is without its protection, in memory.

    Raises PasswordNeeded for a wrong password, another ReadingError.
    """
    with Renderer(LIMITS) as renderer:
        return renderer.unlock(Path(path), mime_type, password)
