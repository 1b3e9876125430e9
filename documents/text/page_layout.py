"""The layout of a page: blocks, lines and words with their places. Pure; no Django.

All boxes are `(x0, y0, x1, y1)` in px of the page image, origin top left, x to the right, y down,
`x0 <= x1`, `y0 <= y1`. The page image is the upright page. A confidence is 0 to 1, or None if
unknown. The dictionaries of `to_dict` are the shapes of the HTTP contract (docs/api.md) and
of `result.json`; `from_dict` reads them back without loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Box = tuple[float, float, float, float]

#: The format of a stored layout. Layouts of older formats stay readable forever.
LAYOUT_VERSION = 1


@dataclass(frozen=True)
class Word:
    """One word: text without white space."""

    text: str
    bbox: Box
    confidence: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "bbox": _rounded(self.bbox),
            "text": self.text,
            "confidence": _rounded_confidence(self.confidence),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Word:
        return cls(data["text"], _box(data["bbox"]), data.get("confidence"))


@dataclass(frozen=True)
class Line:
    """One line of text; `words` is empty if the engine reports none."""

    text: str
    bbox: Box
    words: tuple[Word, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "bbox": _rounded(self.bbox),
            "text": self.text,
            "words": [word.to_dict() for word in self.words],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Line:
        words = tuple(Word.from_dict(word) for word in data.get("words", ()))
        return cls(data["text"], _box(data["bbox"]), words)


@dataclass(frozen=True)
class Dispute:
    """A place where two engines disagree: `text` is from the reading, `other` from the second
    reader. Either is "" if that engine saw nothing there."""

    bbox: Box
    text: str
    other: str

    def to_dict(self) -> dict[str, Any]:
        return {"bbox": _rounded(self.bbox), "text": self.text, "other": self.other}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Dispute:
        return cls(_box(data["bbox"]), data["text"], data["other"])


@dataclass(frozen=True)
class Block:
    """One region of the page.

    `id` is unique on its page and stable for a reading; `label` is one of PaddleOCR-VL's labels
    (text, doc_title, table, image, ...); `order` is the place in the reading order from 0, None
    for a block outside it. `text` is plain, lines separated by newlines; `markdown` is its
    formatted form; `html` is a table's rows and cells, "" for other blocks. All three are
    untrusted. `figure` names the file of the region's picture below the document's `figures/`, ""
    if it has none. `disputes` are the places where the second reader disagrees. `continues` is the
    id of the block whose text goes on in this region: that block has all of it, this one none.
    """

    id: str
    label: str
    bbox: Box
    order: int | None
    text: str
    markdown: str = ""
    confidence: float | None = None
    lines: tuple[Line, ...] = ()
    html: str = ""
    figure: str = ""
    disputes: tuple[Dispute, ...] = ()
    continues: str = ""

    def words(self) -> Iterator[Word]:
        for line in self.lines:
            yield from line.words

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "bbox": _rounded(self.bbox),
            "order": self.order,
            "text": self.text,
            "markdown": self.markdown,
            "confidence": _rounded_confidence(self.confidence),
            "lines": [line.to_dict() for line in self.lines],
            "html": self.html,
            "figure": self.figure,
            "disputes": [dispute.to_dict() for dispute in self.disputes],
            "continues": self.continues,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Block:
        return cls(
            id=data["id"],
            label=data["label"],
            bbox=_box(data["bbox"]),
            order=data.get("order"),
            text=data["text"],
            markdown=data.get("markdown", ""),
            confidence=data.get("confidence"),
            lines=tuple(Line.from_dict(line) for line in data.get("lines", ())),
            html=data.get("html", ""),
            figure=data.get("figure", ""),
            disputes=tuple(Dispute.from_dict(each) for each in data.get("disputes", ())),
            continues=data.get("continues", ""),
        )


@dataclass(frozen=True)
class PageLayout:
    """A whole page. `width`, `height`: px of the page image; `dpi`: its resolution.

    `rotation` is the clockwise turn in degrees (0, 90, 180, 270) applied to the page after EXIF
    orientation and PDF /Rotate to make it upright. `flags` name the reasons why a reviewer should
    look at the page. `unread` is the share (0 to 1) of what looks like text that was not read.
    """

    width: int
    height: int
    dpi: float
    rotation: int = 0
    blocks: tuple[Block, ...] = ()
    flags: tuple[str, ...] = field(default=())
    unread: float = 0.0

    def blocks_in_order(self) -> list[Block]:
        """The blocks in reading order; those outside it are inserted by their vertical position."""
        ordered = [block for block in self.blocks if block.order is not None]
        ordered.sort(key=lambda block: block.order or 0)
        result = list(ordered)
        for block in (block for block in self.blocks if block.order is None):
            place = next((i for i, b in enumerate(result) if b.bbox[1] > block.bbox[1]), None)
            result.insert(len(result) if place is None else place, block)
        return result

    def words(self) -> Iterator[Word]:
        for block in self.blocks_in_order():
            yield from block.words()

    @property
    def text(self) -> str:
        """Plain text: blocks in reading order, separated by an empty line."""
        return "\n\n".join(block.text for block in self.blocks_in_order() if block.text)

    @property
    def markdown(self) -> str:
        return "\n\n".join(block.markdown for block in self.blocks_in_order() if block.markdown)

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the words (of a block, if it has no words), weighted by length.

        Lower by the share of the page that was not read; the words of a text layer count as
        certain there.
        """
        read = mean_confidence(
            pair
            for block in self.blocks
            for pair in (
                [(word.confidence, len(word.text)) for word in block.words()]
                or [(block.confidence, len(block.text))]
            )
        )
        if not self.unread:
            return read
        return round((1.0 if read is None else read) * (1 - self.unread), 4)

    def scale(self, factor: float, *, width: int, height: int) -> PageLayout:
        """Return the same page on an image of `width` x `height` px, `factor` times the size."""

        def scale_box(box: Box) -> Box:
            x0, y0, x1, y1 = (value * factor for value in box)
            return (min(x0, width), min(y0, height), min(x1, width), min(y1, height))

        return replace(
            self.map_boxes(scale_box),
            width=width,
            height=height,
            dpi=round(self.dpi * factor, 2),
        )

    def map_boxes(self, place: Callable[[Box], Box]) -> PageLayout:
        """Return the same page with every box where `place` says."""
        blocks = tuple(
            replace(
                block,
                bbox=place(block.bbox),
                lines=tuple(
                    replace(
                        line,
                        bbox=place(line.bbox),
                        words=tuple(replace(word, bbox=place(word.bbox)) for word in line.words),
                    )
                    for line in block.lines
                ),
                disputes=tuple(
                    replace(dispute, bbox=place(dispute.bbox)) for dispute in block.disputes
                ),
            )
            for block in self.blocks
        )
        return replace(self, blocks=blocks)

    def to_dict(self) -> dict[str, Any]:
        data = {
            "layout_version": LAYOUT_VERSION,
            "width": self.width,
            "height": self.height,
            "dpi": self.dpi,
            "rotation": self.rotation,
            "flags": list(self.flags),
            "blocks": [block.to_dict() for block in self.blocks],
        }
        return data | {"unread": self.unread} if self.unread else data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PageLayout:
        """Load a stored layout. Raises ValueError for a format newer than this code."""
        version = data.get("layout_version", LAYOUT_VERSION)
        if version > LAYOUT_VERSION:
            raise ValueError(f"layout format {version} is newer than this program's")
        return cls(
            width=data["width"],
            height=data["height"],
            dpi=data["dpi"],
            rotation=data.get("rotation", 0),
            blocks=tuple(Block.from_dict(block) for block in data.get("blocks", ())),
            flags=tuple(data.get("flags", ())),
            unread=data.get("unread", 0.0),
        )


def bounding_box(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`. Raises ValueError for no boxes."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


def mean_confidence(pairs: Iterable[tuple[float | None, int]]) -> float | None:
    """Mean of `(confidence, weight)` pairs; None if no pair has both."""
    total = weights = 0.0
    for confidence, weight in pairs:
        if confidence is not None and weight > 0:
            total += confidence * weight
            weights += weight
    return round(total / weights, 4) if weights else None


def _box(values: Iterable[float]) -> Box:
    x0, y0, x1, y1 = values
    return (x0, y0, x1, y1)


def _rounded(box: Box) -> list[float]:
    return [round(value, 1) for value in box]


def _rounded_confidence(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 4)
