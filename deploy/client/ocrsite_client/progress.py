"""One line on stderr that says how far it is; nothing where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH = 24
#: Seconds between two changes of the line.
_EVERY = 0.1


class Line:
    """`label`: what it is about."""

    def __init__(self, label: str, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._label = label if len(label) <= 40 else f"{label[:39]}…"
        self._shown = not quiet and self._stream.isatty()
        self._next = 0.0

    def show(self, done: int, whole: int, unit: str = "") -> None:
        now = time.monotonic()
        if not self._shown or (now < self._next and done < whole):
            return
        self._next = now + _EVERY
        if whole:
            filled = _WIDTH * min(done, whole) // whole
            text = f"[{'█' * filled}{'·' * (_WIDTH - filled)}] {100 * min(done, whole) // whole} %"
        else:
            text = f"{done}"
        self._write(f"{self._label}  {text} {unit}")

    def bytes(self, done: int, whole: int) -> None:
        """As `show`, of bytes."""
        self.show(done, whole, f"of {_size(whole)}" if whole else f"bytes ({_size(done)})")

    def pages(self, document: dict[str, object]) -> None:
        """As `show`, of the pages of a document that is being read."""
        done = int(str(document.get("pages_done") or 0)) + int(
            str(document.get("pages_failed") or 0)
        )
        skipped = int(str(document.get("pages_skipped") or 0))
        self.show(done, int(str(document.get("page_count") or 0)) - skipped, "pages read")

    def end(self) -> None:
        """Remove the line."""
        if self._shown:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()


def _size(count: int) -> str:
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return ""
