"""What a person may change about a page's blocks beside their text. Pure.

Each edit names the blocks that it touches (`touches`): of two people's edits, those that touch
different blocks are merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from documents.review.flag_rules import TEXT_LABELS
from documents.text.markdown import FORMULA_LABELS
from documents.text.page_layout import Box
from documents.text.tables import Cell

#: The labels that a person may give a block.
LABELS = TEXT_LABELS | FORMULA_LABELS | {"image", "chart", "seal", "number", "formula_number"}

TABLE = "table"


@dataclass(frozen=True)
class AddBlock:
    """A new block at `bbox` (px of the page image), after the block `after`: None for the first
    place; `BY_PLACE` for where it stands on the page."""

    op: ClassVar[str] = "add"
    BY_PLACE: ClassVar[str] = ""

    bbox: Box
    label: str
    text: str
    after: str | None = BY_PLACE

    @property
    def touches(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class SplitBlock:
    """The block ends before its word number `at` (from 0, as `text.split()` has them); a new block
    with the rest follows."""

    op: ClassVar[str] = "split"

    block: str
    at: int

    @property
    def touches(self) -> frozenset[str]:
        return frozenset({self.block})


@dataclass(frozen=True)
class MergeBlocks:
    """The first of `blocks` takes the texts of all, in the order in which they are named."""

    op: ClassVar[str] = "merge"

    blocks: tuple[str, ...]

    @property
    def touches(self) -> frozenset[str]:
        return frozenset(self.blocks)


@dataclass(frozen=True)
class DeleteBlock:
    op: ClassVar[str] = "delete"

    block: str

    @property
    def touches(self) -> frozenset[str]:
        return frozenset({self.block})


@dataclass(frozen=True)
class RelabelBlock:
    """`label` is one of `LABELS`. A text that becomes a table has a row a line, its cells separated
    by tabs."""

    op: ClassVar[str] = "relabel"

    block: str
    label: str

    @property
    def touches(self) -> frozenset[str]:
        return frozenset({self.block})


@dataclass(frozen=True)
class MoveBlock:
    """In the reading order `block` stands right after `after`; None: it is the first."""

    op: ClassVar[str] = "move"

    block: str
    after: str | None

    @property
    def touches(self) -> frozenset[str]:
        return frozenset({self.block})


@dataclass(frozen=True)
class EditTable:
    """The cells of a table, by row."""

    op: ClassVar[str] = "table"

    block: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def touches(self) -> frozenset[str]:
        return frozenset({self.block})


Edit = AddBlock | SplitBlock | MergeBlocks | DeleteBlock | RelabelBlock | MoveBlock | EditTable
