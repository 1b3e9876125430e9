"""A finished document as files: `result.json`, `result.md`, `result.txt`, written page by page.

One page is in memory at a time, so a document of ten thousand pages needs no more than one of ten.
`result.json` follows `result.schema.json` beside this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from documents.exports.cross_page import RewrittenBlocks
from documents.exports.document_json import document_facts
from documents.exports.engine_counts import count_engines
from documents.exports.front_matter import write_front_matter
from documents.exports.options import WHOLE_DOCUMENT, ExportOptions
from documents.exports.page_json import page_data
from documents.models import Document, Page
from documents.text.page_layout import mean_confidence

#: The version of `result.json`. It rises only when programs that read the last one would break.
RESULT_VERSION = 1

#: Pages in memory at a time.
_BATCH = 20

PAGE_BREAK_TEXT = "\n\f"
PAGE_BREAK_MARKDOWN = "\n\n---\n\n"


@dataclass
class Summary:
    """Facts of a document that are sums over its pages.

    `engine`: the one that read most pages (of equals, the first). `confidence`: the mean over
    pages, weighted by the length of their text (0 to 1; None for no text). `flags`: those of any
    page.
    """

    pages_by_engine: dict[str, int] = field(default_factory=dict)
    confidences: list[tuple[float | None, int]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    #: As `Document.engines`.
    engines: list[dict[str, Any]] = field(default_factory=list)
    #: Whether any page was read, if only to find that it is blank, or was typed by a person.
    anything_read: bool = False

    def add(self, page: dict[str, Any]) -> None:
        self.anything_read |= page["width"] is not None
        if page["engine"]:
            self.pages_by_engine[page["engine"]] = self.pages_by_engine.get(page["engine"], 0) + 1
        self.confidences.append((page["confidence"], len(page["text"])))
        self.flags.update(page["flags"])

    @property
    def engine(self) -> str:
        return max(self.pages_by_engine, key=lambda name: self.pages_by_engine[name], default="")

    @property
    def confidence(self) -> float | None:
        return mean_confidence(self.confidences)


def write_results(
    document: Document,
    pages: Iterable[Page],
    as_json: BinaryIO,
    as_md: BinaryIO,
    as_txt: BinaryIO,
    rewritten: RewrittenBlocks,
) -> Summary:
    """Write the three files (UTF-8) in one pass over `pages`.

    `pages`: in page order, with their readings and revisions loaded. `rewritten`: blocks with other
    Markdown than on their page.
    """
    summary = Summary(engines=count_engines(document))
    facts = {**describe_document(document), "engines": summary.engines}
    head = json.dumps(facts, ensure_ascii=False)
    as_md.write(write_front_matter(document).encode())
    as_json.write(f'{{"version": {RESULT_VERSION},\n"document": {head},\n"pages": ['.encode())
    for index, page in enumerate(pages):
        data = page_data(page)
        summary.add(data)
        as_json.write(b",\n" if index else b"\n")
        as_json.write(json.dumps(data, ensure_ascii=False).encode())
        if index:
            as_md.write(PAGE_BREAK_MARKDOWN.encode())
            as_txt.write(PAGE_BREAK_TEXT.encode())
        as_md.write(_build_markdown(page, data, rewritten).encode())
        as_txt.write(data["text"].encode())
    as_json.write(b"\n]}\n")
    as_md.write(b"\n")
    as_txt.write(b"\n")
    return summary


def _build_markdown(page: Page, data: dict[str, Any], rewritten: RewrittenBlocks) -> str:
    layout = page.layout
    if layout is None or not any((page.number, block.id) in rewritten for block in layout.blocks):
        return str(data["markdown"])
    blocks = tuple(
        replace(block, markdown=rewritten.get((page.number, block.id), block.markdown))
        for block in layout.blocks
    )
    return replace(layout, blocks=blocks).markdown


def iterate_pages(
    document: Document, options: ExportOptions = WHOLE_DOCUMENT, *, with_skipped: bool = False
) -> Iterator[Page]:
    """The document's pages in order, those that are asked for; a few in memory at a time.

    `with_skipped`: those, too, that were never to be read.

    No query is open between two of them: on SQLite the caller could not write meanwhile.
    """
    pages = document.pages.with_text().filter(options.page_filter).order_by("number")
    if not with_skipped:
        pages = pages.asked_for()
    last = 0
    while batch := list(pages.filter(number__gt=last)[:_BATCH]):
        last = batch[-1].number
        yield from batch


def describe_document(document: Document) -> dict[str, Any]:
    """The document's facts in `result.json`; a change of any of them requires a new file."""
    return {**document_facts(document), "language": document.language}
