"""Memory for the pixels of a page that is drawn, used again for the next page."""

from __future__ import annotations

import ctypes

#: No more is kept, bytes: an A4 page at 200 dpi in colour takes half of it.
_MOST_KEPT = 32 << 20


class PixelBuffer:
    """One at a time: what is taken is overwritten after the next call.

    Fresh memory for each page costs 8 ms, as it is filled with zeros first.
    """

    def __init__(self) -> None:
        self._kept: ctypes.Array[ctypes.c_ubyte] | None = None

    def take(self, size: int) -> ctypes.Array[ctypes.c_ubyte]:
        """`size` bytes with anything in them. Raises MemoryError."""
        if self._kept is None or len(self._kept) < size:
            self._kept = None
            fresh = (ctypes.c_ubyte * size)()
            if size <= _MOST_KEPT:
                self._kept = fresh
            return fresh
        return (ctypes.c_ubyte * size).from_buffer(self._kept)
