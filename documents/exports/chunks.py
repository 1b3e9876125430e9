"""A document as `chunks.jsonl`: pieces of text for search by meaning, each with where it stands.

A chunk is a run of blocks below one heading. Tables stay whole where they fit; running headers,
footers and page numbers are left out. Tokens are counted as words and marks (`COUNTED`), the
same in every language and for every model: what a model's own tokenizer counts is more, about 1.3
times for English and twice for Russian.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from documents.exports.engine_counts import count_engines, name_engines
from documents.exports.options import ExportOptions
from documents.models import Document, Page
from documents.text.page_layout import Block, PageLayout

#: How `token_count` is counted: runs of letters, digits and underscores, and every other mark.
COUNTED = "words-and-marks"
_TOKEN = re.compile(r"\w+|[^\w\s]")

#: Tokens that a chunk has at most, and what it should have before a new one begins at a block.
MOST_TOKENS, ENOUGH_TOKENS = 512, 256

_HEADINGS = {"doc_title": 1, "paragraph_title": 2}
_LEFT_OUT = frozenset({"header", "footer", "number", "header_image", "footer_image"})
_SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n+")


@dataclass
class _Chunk:
    headings: tuple[str, ...]
    texts: list[str] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    is_table: bool = False

    def add(self, text: str, place: dict[str, Any], tokens: int) -> None:
        self.texts.append(text)
        self.tokens += tokens
        if place not in self.places:
            self.places.append(place)


def count_tokens(text: str) -> int:
    return sum(1 for _ in _TOKEN.finditer(text))


def write_chunks(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    """One JSON object a line."""
    engines = name_engines(count_engines(document))
    for number, chunk in enumerate(_collect(pages), start=1):
        data = {
            "id": f"{document.id}#{number}",
            "document": str(document.id),
            "title": document.title,
            "filename": document.filename,
            "language": document.language or None,
            "read_by": engines,
            "headings": list(chunk.headings),
            "text": "\n\n".join(chunk.texts),
            "pages": sorted({place["page"] for place in chunk.places}),
            "blocks": chunk.places,
            "token_count": chunk.tokens,
            "token_counter": COUNTED,
        }
        target.write(json.dumps(data, ensure_ascii=False).encode() + b"\n")


def _collect(pages: Iterable[Page]) -> Iterator[_Chunk]:
    headings: tuple[str, ...] = ()
    current = _Chunk(headings)
    for page in pages:
        layout = page.layout
        for block in layout.blocks_in_order() if layout else ():
            if block.label in _LEFT_OUT or not block.text.strip():
                continue
            assert layout is not None
            place = _describe_place(page.number, block, layout)
            level = _HEADINGS.get(block.label)
            if level is not None:
                if current.texts:
                    yield current
                headings = (*headings[: level - 1], " ".join(block.text.split()))
                current = _Chunk(headings)
                continue
            for text, tokens in _split(block):
                is_table = block.label == "table"
                full = current.tokens + tokens > MOST_TOKENS
                if current.texts and (full or is_table != current.is_table or _is_enough(current)):
                    yield current
                    current = _Chunk(headings)
                current.is_table = is_table
                current.add(text, place, tokens)
    if current.texts:
        yield current


def _is_enough(chunk: _Chunk) -> bool:
    return chunk.tokens >= ENOUGH_TOKENS


def _describe_place(number: int, block: Block, layout: PageLayout) -> dict[str, Any]:
    return {
        "page": number,
        "id": block.id,
        "label": block.label,
        "bbox": [round(value, 1) for value in block.bbox],
        "width": layout.width,
        "height": layout.height,
    }


def _split(block: Block) -> Iterator[tuple[str, int]]:
    """The block's text, in pieces of at most MOST_TOKENS: at ends of sentences or rows, of words
    where there are none."""
    # A table's Markdown keeps its columns; elsewhere lines are only where the paper ended.
    text = block.markdown if block.label == "table" and block.markdown else block.text
    tokens = count_tokens(text)
    if tokens <= MOST_TOKENS:
        yield text, tokens
        return
    piece: list[str] = []
    size = 0
    for sentence in _sentences(text):
        count = count_tokens(sentence)
        if piece and size + count > MOST_TOKENS:
            yield " ".join(piece), size
            piece, size = [], 0
        piece.append(sentence)
        size += count
    if piece:
        yield " ".join(piece), size


def _sentences(text: str) -> Iterator[str]:
    for sentence in filter(None, _SENTENCE_END.split(text)):
        if count_tokens(sentence) <= MOST_TOKENS:
            yield sentence
            continue
        words: list[str] = []
        size = 0
        for word in sentence.split():
            count = count_tokens(word)
            if words and size + count > MOST_TOKENS:
                yield " ".join(words)
                words, size = [], 0
            words.append(word)
            size += count
        yield " ".join(words)
