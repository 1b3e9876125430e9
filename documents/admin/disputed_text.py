"""A block's text with its disputed words marked, for a template."""

from __future__ import annotations

import re
from dataclasses import dataclass

from documents.admin.rectangles import Rectangle
from documents.review.dispute_places import find_dispute_places
from documents.text.page_layout import Block, Dispute


@dataclass(frozen=True)
class DisputeView:
    """`id` is unique on the document's page. `start`, `stop`: offsets in the block's text, None
    where its words were not found there."""

    id: str
    text: str
    other: str
    place: Rectangle
    start: int | None
    stop: int | None


@dataclass(frozen=True)
class TextPiece:
    """A part of the text; plain text without a `dispute`."""

    text: str
    dispute: DisputeView | None = None


@dataclass(frozen=True)
class DisputedText:
    """`pieces` are the whole text in order; `elsewhere` are disputes without a place in the
    text."""

    pieces: list[TextPiece]
    elsewhere: list[DisputeView]

    @property
    def disputes(self) -> list[DisputeView]:
        return [piece.dispute for piece in self.pieces if piece.dispute] + self.elsewhere

    @classmethod
    def of(cls, block: Block, prefix: str) -> DisputedText:
        """`prefix`: of the disputes' ids."""
        words = [found.span() for found in re.finditer(r"\S+", block.text)]
        views = []
        for number, (dispute, place) in enumerate(
            zip(block.disputes, find_dispute_places(block), strict=True), start=1
        ):
            views.append(_view(dispute, f"{prefix}-{number}", place, words, len(block.text)))
        placed = sorted(
            (view for view in views if view.start is not None),
            key=lambda view: (view.start, view.stop),
        )
        return cls(list(_pieces(block.text, placed)), [v for v in views if v.start is None])


def _view(
    dispute: Dispute, id_: str, place: range | None, words: list[tuple[int, int]], end: int
) -> DisputeView:
    start = stop = None
    if place:
        start, stop = words[place.start][0], words[place.stop - 1][1]
    elif place is not None:
        start = stop = words[place.start][0] if place.start < len(words) else end
    return DisputeView(id_, dispute.text, dispute.other, Rectangle.of(dispute.bbox), start, stop)


def _pieces(text: str, placed: list[DisputeView]) -> list[TextPiece]:
    pieces, behind = [], 0
    for view in placed:
        assert view.start is not None and view.stop is not None
        if view.start > behind:
            pieces.append(TextPiece(text[behind : view.start]))
        pieces.append(TextPiece(text[view.start : view.stop], view))
        behind = view.stop
    if behind < len(text):
        pieces.append(TextPiece(text[behind:]))
    return pieces
