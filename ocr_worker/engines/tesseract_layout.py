"""Convert Tesseract's result to blocks, lines and words, in its reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from documents.text.markdown import paragraphs_to_markdown
from documents.text.page_layout import Block, Box, Line, Word, bounding_box, mean_confidence


@dataclass
class GrowingBlock:
    """A block being collected: its lines of words, and the lines at which paragraphs start."""

    box: Box
    label: str
    lines: list[list[Word]] = field(default_factory=list)
    paragraph_starts: list[int] = field(default_factory=list)


def collect_blocks(module: Any, api: Any) -> list[GrowingBlock]:
    """The blocks that have text: boxes in px of the recognised image, confidences 0 to 1."""
    blocks = _iterate_blocks(module, api.GetIterator(), _read_word)
    return [block for block in blocks if any(block.lines)]


def collect_lines(module: Any, api: Any) -> list[GrowingBlock]:
    """The blocks of a page on which nothing was recognised: where each word is, without its text.

    Raises RuntimeError where the library fails; no blocks where it finds none.
    """
    blocks = _iterate_blocks(module, api.AnalyseLayout(), _place_word)
    return [block for block in blocks if any(block.lines)]


def finish_blocks(grown: Iterable[GrowingBlock]) -> tuple[Block, ...]:
    return tuple(_finish_block(block, order) for order, block in enumerate(grown))


def _iterate_blocks(
    module: Any, results: Any, read: Callable[[Any, Any], Word | None]
) -> Iterator[GrowingBlock]:
    """`read(module, result)`: the word at `result`, None for what is no word."""
    level, kinds = module.RIL, module.PT
    if results is None:
        return
    current: GrowingBlock | None = None
    row: tuple[int, ...] | None = None
    for result in module.iterate_level(results, level.WORD):
        # Asked whether a line begins, the library looks through all its words each time.
        before, row = row, result.BoundingBox(level.TEXTLINE)
        if row != before or row is None:
            if current is None or result.IsAtBeginningOf(level.BLOCK):
                if current is not None:
                    yield current
                label = "table" if result.BlockType() == kinds.TABLE else "text"
                current = GrowingBlock(_read_box(result, level.BLOCK) or (0, 0, 0, 0), label)
            if result.IsAtBeginningOf(level.PARA):
                current.paragraph_starts.append(len(current.lines))
            if result.IsAtBeginningOf(level.TEXTLINE):
                current.lines.append([])
        assert current is not None
        word = None if result.Empty(level.WORD) else read(module, result)
        if word is not None:
            if not current.lines:
                current.lines.append([])
            current.lines[-1].append(word)
    if current is not None:
        yield current


def _read_word(module: Any, result: Any) -> Word | None:
    level = module.RIL.WORD
    box = _read_box(result, level)
    text = "".join((result.GetUTF8Text(level) or "").split())
    if not text or box is None:
        return None
    confidence = min(max(result.Confidence(level) / 100, 0.0), 1.0)
    return Word(text, box, round(confidence, 4))


def _place_word(module: Any, result: Any) -> Word | None:
    """The place of a word that was not recognised; None in pictures and rules."""
    kinds = module.PT
    if result.BlockType() in (
        kinds.FLOWING_IMAGE, kinds.HEADING_IMAGE, kinds.PULLOUT_IMAGE, kinds.HORZ_LINE,
        kinds.VERT_LINE, kinds.NOISE,
    ):  # fmt: skip
        return None
    box = _read_box(result, module.RIL.WORD)
    return None if box is None else Word("", box, None)


def _read_box(result: Any, level: int) -> Box | None:
    box = result.BoundingBox(level)
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def _finish_block(grown: GrowingBlock, order: int) -> Block:
    lines: list[Line] = []
    paragraphs: list[list[str]] = []
    for index, words in enumerate(grown.lines):
        if index in grown.paragraph_starts or not paragraphs:
            paragraphs.append([])
        if words:
            text = " ".join(word.text for word in words)
            lines.append(Line(text, bounding_box(word.bbox for word in words), tuple(words)))
            paragraphs[-1].append(text)
    return Block(
        id=f"b{order + 1}",
        label=grown.label,
        bbox=bounding_box([*(line.bbox for line in lines)]),
        order=order,
        text="\n".join(line.text for line in lines),
        markdown=paragraphs_to_markdown(paragraph for paragraph in paragraphs if paragraph),
        confidence=mean_confidence(
            (word.confidence, len(word.text)) for line in lines for word in line.words
        ),
        lines=tuple(lines),
    )
