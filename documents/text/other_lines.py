"""A block with other lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents.text.markdown import block_to_markdown
from documents.text.page_layout import Block, Line, Word, bounding_box, mean_confidence


def make_line(words: Sequence[Word]) -> Line:
    """The line of `words` (at least one), from the left."""
    text = " ".join(word.text for word in words)
    return Line(text, bounding_box(word.bbox for word in words), tuple(words))


def replace_lines(block: Block, lines: Sequence[Line]) -> Block:
    """The block with `lines` (at least one) and all that follows from them; a table becomes text,
    as its cells are not known any more."""
    text = "\n".join(line.text for line in lines)
    return replace(
        block,
        bbox=bounding_box(line.bbox for line in lines),
        lines=tuple(lines),
        text=text,
        markdown=block_to_markdown(block.label, text),
        html="",
        confidence=mean_confidence(
            (word.confidence, len(word.text)) for line in lines for word in line.words
        ),
    )
