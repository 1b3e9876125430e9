"""Who writes which kind of file from a document's pages; the searchable PDF is the worker's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from documents.exports import parts
from documents.exports.alto import write_alto
from documents.exports.chunks import write_chunks
from documents.exports.docx import write_docx
from documents.exports.hocr import write_hocr
from documents.exports.markdown_zip import write_markdown_zip
from documents.exports.options import ExportOptions
from documents.exports.tables import write_csv, write_xlsx
from documents.models import Document, Page

#: (document, its pages in order one by one, what was asked for, an empty file)
Write = Callable[[Document, Iterable[Page], ExportOptions, BinaryIO], None]

WRITERS: Mapping[str, Write] = {
    "json": parts.write_json,
    "md": parts.write_markdown,
    "txt": parts.write_text,
    "alto.xml": write_alto,
    "hocr": write_hocr,
    "md.zip": write_markdown_zip,
    "docx": write_docx,
    "xlsx": write_xlsx,
    "csv": write_csv,
    "chunks.jsonl": write_chunks,
}
