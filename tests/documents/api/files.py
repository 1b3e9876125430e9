"""Small files for uploads: nothing reads them here beyond their first bytes."""

from __future__ import annotations

import itertools

from django.core.files.uploadedfile import SimpleUploadedFile

_serial = itertools.count(1)


def pdf_bytes(size: int = 0) -> bytes:
    """What begins like a PDF and is unlike every other one; at least `size` bytes."""
    content = b"%%PDF-1.4\n%d\n" % next(_serial)
    return content + b"\0" * max(size - len(content), 0)


def pdf_file(name: str = "letter.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes() if content is None else content)
