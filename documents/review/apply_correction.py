"""Put a person's text into a page's layout: words that remain keep their boxes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from documents.review.dispute_places import find_dispute_places
from documents.review.flag_rules import drop_settled_flags
from documents.text.markdown import block_to_markdown
from documents.text.page_layout import Block, Box, Dispute, Line, PageLayout, Word, bounding_box
from documents.text.word_alignment import Effort, find_changes

#: What a person typed is certain.
TYPED = 1.0


@dataclass(frozen=True)
class _PlacedWord:
    """An old word and the box of the line it stands in."""

    word: Word
    line_box: Box


def apply_correction(layout: PageLayout, texts: Mapping[str, str]) -> PageLayout:
    """`layout` with the texts of the blocks in `texts` (block id -> new text) replaced.

    A changed block loses its table's HTML and the disputes about changed words; the page loses the
    flags whose cause is gone (`documents.review.flag_rules.drop_settled_flags`).
    Raises KeyError for an id that is not on the page.
    """
    effort = Effort()
    unknown = set(texts) - {block.id for block in layout.blocks}
    if unknown:
        raise KeyError(min(unknown))
    blocks = tuple(
        correct_block(block, texts[block.id], effort) if block.id in texts else block
        for block in layout.blocks
    )
    return layout if blocks == layout.blocks else drop_settled_flags(replace(layout, blocks=blocks))


def correct_block(block: Block, text: str, effort: Effort) -> Block:
    """`block` with another text: itself where only white space differs."""
    text = _normalize(text)
    if text == _normalize(block.text):
        return block
    new_lines = [line.split(" ") for line in text.split("\n") if line]
    words = _place_words(block, [word for line in new_lines for word in line], effort)
    lines = []
    start = 0
    for line in new_lines:
        chosen = tuple(words[start : start + len(line)])
        lines.append(Line(" ".join(line), bounding_box(word.bbox for word in chosen), chosen))
        start += len(line)
    return replace(
        block,
        text=text,
        markdown=build_markdown(block, text),
        confidence=TYPED,
        lines=tuple(lines),
        html="",  # its cells have the text that was read
        disputes=_find_open_disputes(block, text, effort),
    )


def build_markdown(block: Block, text: str, label: str = "") -> str:
    """The block's Markdown with another text, and another label where one is given. A picture
    stays above the text."""
    picture = [f"![](figures/{block.figure})"] if block.figure else []
    return "\n\n".join(filter(None, [*picture, block_to_markdown(label or block.label, text)]))


def _find_open_disputes(block: Block, text: str, effort: Effort) -> tuple[Dispute, ...]:
    """The disputes about unchanged words: to correct one word is not to check the others."""
    if not block.disputes:
        return ()
    # Old index -> new index, of the unchanged words.
    now: dict[int, int] = {}
    for step in find_changes(block.text.split(), text.split(), effort):
        if step.same:
            now.update(zip(range(step.i0, step.i1), range(step.j0, step.j1), strict=True))
    return tuple(
        dispute
        for dispute, place in zip(block.disputes, find_dispute_places(block), strict=True)
        if place is not None and _is_unchanged(place.start, place.stop, now)
    )


def _is_unchanged(start: int, stop: int, now: dict[int, int]) -> bool:
    if start == stop:  # between two words: nothing was inserted there
        return start in now and now.get(start - 1, now[start] - 1) == now[start] - 1
    return all(index in now for index in range(start, stop))


def _normalize(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def _place_words(block: Block, new: list[str], effort: Effort) -> list[Word]:
    """Give every new word a box: its own if it is unchanged; that of the word it replaces, if as
    many words replace as are replaced; else that of its line (or of the block without lines)."""
    old = [_PlacedWord(word, line.bbox) for line in block.lines for word in line.words]
    words: list[Word] = []
    for step in find_changes([placed.word.text for placed in old], new, effort):
        removed, added = old[step.i0 : step.i1], new[step.j0 : step.j1]
        if step.same:
            words.extend(placed.word for placed in removed)
        elif len(removed) == len(added):
            words.extend(
                Word(text, placed.word.bbox, TYPED)
                for text, placed in zip(added, removed, strict=True)
            )
        else:
            box = _line_box(block, old, step.i0)
            words.extend(Word(text, box, TYPED) for text in added)
    return words


def _line_box(block: Block, old: list[_PlacedWord], index: int) -> Box:
    if not old:
        return block.bbox
    return old[min(index, len(old) - 1)].line_box
