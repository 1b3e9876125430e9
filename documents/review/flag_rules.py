"""The flags of a page: why a reviewer should look at it, and when no longer. Pure.

They are set when a page is read (`ocr_worker/quality`); a correction removes those it settles.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import replace

from documents.text.mixed_script import find_mixed_words
from documents.text.page_layout import Block, PageLayout


class Flag(str, enum.Enum):
    """A reason why a page should be looked at. In the order in which a page's flags are stored."""

    LOW_CONFIDENCE = "low_confidence"
    EMPTY_REGION = "empty_region"
    REPETITION = "repetition"
    DISPUTED = "disputed"
    LOOKALIKES = "lookalikes"
    DAMAGED = "damaged"
    CONTENT_ELSEWHERE = "content_elsewhere"
    HIDDEN_TEXT = "hidden_text"

    __str__ = str.__str__


#: Flags of what the file is: no correction of the text changes that.
FILE_FLAGS = frozenset([Flag.DAMAGED, Flag.CONTENT_ELSEWHERE, Flag.HIDDEN_TEXT])


# A confidence is the probability that a word was read right (`ocr_worker.quality.calibration`); the
# two limits are chosen by what a reviewer meets and looks at (docs/benchmarks.md, "What a
# confidence means"). Readings from before that have the engine's own numbers, which are lower for
# words that are surely right and higher for doubtful ones; the same limits serve for them.

#: A page whose confidence is below is worth a look.
LEAST_PAGE_CONFIDENCE = 0.92
#: A word read with less confidence is marked in the text, for the reviewer's eye. It is no flag.
#: Three of four errors are among these words, which are one in twenty.
MARK_WORDS_BELOW = 0.9

#: The confidence of a block whose text was cut where the engine began to repeat itself.
CUT = 0.0

#: Labels whose empty text is a loss: those of running text and titles, not of pictures, formulas.
TEXT_LABELS = frozenset(
    ["abstract", "algorithm", "aside_text", "content", "doc_title", "figure_title", "footer",
     "footnote", "header", "paragraph_title", "reference", "reference_content", "table", "text",
     "vertical_text", "vision_footnote"]
)  # fmt: skip

#: Labels of text that goes on in the next block: that one is empty then.
RUNNING_LABELS = frozenset(
    ["abstract", "aside_text", "content", "reference", "reference_content", "text"]
)


def has_low_confidence(layout: PageLayout) -> bool:
    """Whether the page's confidence is known and too low to go unseen."""
    confidence = layout.confidence
    return confidence is not None and confidence < LEAST_PAGE_CONFIDENCE


def is_empty(block: Block) -> bool:
    """Whether a block that should hold text has none: no table without words, no picture."""
    return block.label in TEXT_LABELS and not (block.text.strip() or block.html or block.figure)


def has_disputed_empty_block(layout: PageLayout) -> bool:
    """Whether the second reader saw words in a block that is empty."""
    return any(is_empty(block) and block.disputes for block in layout.blocks)


def find_lone_empty_blocks(layout: PageLayout) -> list[Block]:
    """The empty blocks that are not, by their place, the continuation of the text before them.

    PaddleOCR-VL puts a paragraph that a column's end splits into its first block, and leaves
    those that follow in reading order empty.
    """
    found = []
    running = False
    for block in layout.blocks_in_order():
        if block.continues:
            continue
        if is_empty(block):
            if not (running and block.label in RUNNING_LABELS and block.order is not None):
                found.append(block)
        elif block.order is not None:
            running = block.label in RUNNING_LABELS
    return found


def find_causes(layout: PageLayout) -> set[Flag]:
    """The flags whose cause can be seen in the layout alone.

    `repetition`: a block is marked as cut (`CUT`). `empty_region`: a block is empty that continues
    none, or whose words the second reader saw.
    """
    causes = {
        Flag.LOW_CONFIDENCE: has_low_confidence(layout),
        Flag.EMPTY_REGION: bool(find_lone_empty_blocks(layout)) or has_disputed_empty_block(layout),
        Flag.REPETITION: any(block.confidence == CUT for block in layout.blocks),
        Flag.DISPUTED: any(block.disputes for block in layout.blocks),
        Flag.LOOKALIKES: bool(find_mixed_words(layout)),
    }
    return {flag for flag, present in causes.items() if present}


def drop_settled_flags(layout: PageLayout) -> PageLayout:
    """A corrected page without the flags whose cause is gone, as far as the page can tell."""
    settled = set(Flag) - FILE_FLAGS - find_causes(layout)
    flags = tuple(flag for flag in layout.flags if flag not in settled)
    unread = layout.unread if Flag.EMPTY_REGION.value in flags else 0.0
    if flags == layout.flags and unread == layout.unread:
        return layout
    return replace(layout, flags=flags, unread=unread)


def add_flags(layout: PageLayout, found: Iterable[Flag]) -> PageLayout:
    """The page with `found` beside the flags that it has, in the order of `Flag`; then others."""
    flags = {*layout.flags, *(flag.value for flag in found)}
    known = [flag.value for flag in Flag if flag.value in flags]
    return replace(layout, flags=(*known, *sorted(flags.difference(known))))
