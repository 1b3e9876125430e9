"""The kinds of files that are made from a document on request, by the end of their name."""

from __future__ import annotations

#: `result.<kind>` -> its type. The kinds that are assembled with the document (`assemble.KINDS`)
#: are made on request too, where a part of them is asked for.
EXPORT_TYPES = {
    "pdf": "application/pdf",
    "alto.xml": "application/xml",
    "hocr": "application/xhtml+xml",
    "md.zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "chunks.jsonl": "application/x-ndjson",
}

#: Those of `assemble.KINDS` of which a part may be asked for, and their types.
PART_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
