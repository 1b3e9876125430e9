"""Render a page image, or unlock a file, on demand, while a person waits.

A child takes longer to start than to draw a page, so the one that draws for the web stays for the
next page, of files of the same owner only: a file that has taken its child over sees no file of
others. It ends when nobody has asked for IDLE_SECONDS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from . import Renderer
from .types import MIB, Limits

#: A person waits, and the web process shares the machine's memory: less than a worker may use, but
#: before the readers. A child that has held more than `peak_bytes` is replaced.
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=10, niceness=2, requests=200, peak_bytes=300 * MIB)
#: After the last page.
IDLE_SECONDS = 10.0


class WarmRenderer:
    """One renderer, and at most one child, for a whole process; for use by several threads."""

    def __init__(self, limits: Limits = LIMITS, idle_seconds: float = IDLE_SECONDS) -> None:
        self._renderer, self._idle_seconds = Renderer(limits), idle_seconds
        self._lock = threading.Lock()
        self._owner = ""
        self._used = 0.0
        self._closer: threading.Timer | None = None

    @property
    def child_pid(self) -> int | None:
        return self._renderer.child_pid

    @contextmanager
    def take(self, owner: str) -> Iterator[Renderer]:
        """The renderer, for one thread at a time, with a child that has seen only files of
        `owner`."""
        with self._lock:
            if owner != self._owner:
                self._renderer.close()
            self._owner = owner
            try:
                yield self._renderer
            except BaseException:
                self._renderer.close()  # whatever the file did to it
                raise
            finally:
                self._used = time.monotonic()
                self._close_later()

    def close(self) -> None:
        with self._lock:
            self._renderer.close()

    def _close_later(self) -> None:
        """One timer is enough: it looks again where the child was used meanwhile."""
        if self._closer is None and self._renderer.child_pid is not None:
            self._set_timer(self._idle_seconds)

    def _set_timer(self, seconds: float) -> None:
        self._closer = threading.Timer(seconds, self._close_if_idle)
        self._closer.daemon = True
        self._closer.start()

    def _close_if_idle(self) -> None:
        with self._lock:
            left = self._used + self._idle_seconds - time.monotonic()
            if left > 0 and self._renderer.child_pid is not None:
                self._set_timer(left)
                return
            self._closer = None
            self._renderer.close()


_warm = WarmRenderer()


def render_page(path: str, mime_type: str, number: int, rotation: int, owner: str) -> bytes:
    """Render the page as WebP, rotated clockwise by `rotation` degrees, at the size of its boxes.

    `owner`: whose file it is. Raises ReadingError.
    """
    with _warm.take(owner) as renderer:
        return renderer.render_page_image(Path(path), mime_type, number, rotation=rotation).data


def render_thumbnail(path: str, mime_type: str, number: int, rotation: int, owner: str) -> bytes:
    """Render the page as a small WebP, as `render_page` does. Raises ReadingError."""
    with _warm.take(owner) as renderer:
        return renderer.render_thumbnail(Path(path), mime_type, number, rotation=rotation)


def unlock_file(path: str, mime_type: str, password: str) -> bytes:
    """The PDF as it is without its protection, in memory, by a child that sees nothing else; b""
    for other files: an archive that it opens; an office file, which is opened with it where its
    pages are made.

    Raises PasswordNeeded for a wrong password, another ReadingError.
    """
    if mime_type == "application/pdf":
        with Renderer(LIMITS) as renderer:
            return renderer.unlock(Path(path), mime_type, password)
    if mime_type != "application/zip":
        return b""
    with Renderer(replace(LIMITS, archives=True)) as renderer:
        renderer.check_password(Path(path), mime_type, password)
    return b""
