"""Files that are only in the bucket, and what a client gets of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document

LARGE = bytes(range(256)) * (5 * 2**20 // 256)
SMALL = b"%PDF-1.4 0123456789"


def is_here(document: Document) -> bool:
    return archive().exists(original_key(document.id, document.filename))


def drafts() -> list[Path]:
    return list(archive().staging.iterdir())


def stream(answer: Any) -> Iterator[bytes]:
    return iter(answer.streaming_content)


def gone(answer: Any) -> None:
    """The client is. (An answer's own `close` ends the test's database connection, too.)"""
    for close in answer._resource_closers:
        close()
