"""Readings of a page, and the disputes between two of them."""

from __future__ import annotations

from documents.text.page_layout import Block, Box
from ocr_worker.quality.compare_layouts import compare_layouts

from .pages import page, said


def read(text: str, over: Block) -> Block:
    """The block that says `text` where Tesseract sees `over`, as the two together give it."""
    return compare_layouts(page(said(text, over=over)), page(over)).blocks[0]


def box_of(over: Block, text: str) -> Box:
    return next(word.bbox for word in over.words() if word.text == text)
