"""A part of `result.json`, `result.md` or `result.txt`: some pages, some fields of a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import BinaryIO

from documents.exports.engine_counts import count_engines
from documents.exports.front_matter import write_front_matter
from documents.exports.options import ExportOptions
from documents.exports.page_json import page_data
from documents.exports.results import (
    PAGE_BREAK_MARKDOWN,
    PAGE_BREAK_TEXT,
    RESULT_VERSION,
    describe_document,
)
from documents.models import Document, Page


def write_json(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    """As `result.json`; of each page the fields that are asked for."""
    facts = {**describe_document(document), "engines": count_engines(document)}
    head = json.dumps(facts, ensure_ascii=False)
    target.write(f'{{"version": {RESULT_VERSION},\n"document": {head},\n"pages": ['.encode())
    for index, page in enumerate(pages):
        data = page_data(page)
        if options.fields:
            data = {name: data[name] for name in options.fields}
        target.write(b",\n" if index else b"\n")
        target.write(json.dumps(data, ensure_ascii=False).encode())
    target.write(b"\n]}\n")


def write_markdown(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    target.write(write_front_matter(document).encode())
    _join((_layout_markdown(page) for page in pages), PAGE_BREAK_MARKDOWN, target)


def write_text(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    _join((page.layout.text if page.layout else "" for page in pages), PAGE_BREAK_TEXT, target)


def _layout_markdown(page: Page) -> str:
    return page.layout.markdown if page.layout else ""


def _join(texts: Iterable[str], separator: str, target: BinaryIO) -> None:
    for index, text in enumerate(texts):
        if index:
            target.write(separator.encode())
        target.write(text.encode())
    target.write(b"\n")
