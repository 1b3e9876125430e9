"""Make a rendition that was lost, for a person who waits or a worker that reads a page again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from .converter import LIMITS, Converter

#: A person waits, and the process shares the machine's memory.
_LIMITS = replace(LIMITS, wall_seconds=60.0, cpu_seconds=40)


def convert(path: Path, mime_type: str, target: BinaryIO, password: str = "") -> None:
    """Write the PDF of the file to `target`. Raises ReadingError."""
    with Converter(_LIMITS) as converter:
        converter.convert(path, mime_type, target, password)
