"""Who writes which kind of file from a document's pages; the searchable PDF is the worker's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from documents.exports import parts
from documents.exports.options import ExportOptions
from documents.models import Document, Page

#: (document, its pages in order one by one, what was asked for, an empty file)
Write = Callable[[Document, Iterable[Page], ExportOptions, BinaryIO], None]

WRITERS: Mapping[str, Write] = {
    "json": parts.write_json,
    "md": parts.write_markdown,
    "txt": parts.write_text,
}
