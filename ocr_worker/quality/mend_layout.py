"""Mend whole words in letters of the wrong script, before a reading is recorded. Pure.

A block's words, lines, text, Markdown and HTML say the same afterwards; where that can't be made
sure of, the block stays as it was read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from documents.text.page_layout import Block, Line, PageLayout
from documents.text.twin_words import IsKnown, mend_twins

_WORD = re.compile(r"\S+")


def mend_layout(layout: PageLayout, is_known: IsKnown) -> PageLayout:
    """`layout` with the words mended that `documents.text.twin_words` is certain of."""
    blocks = tuple(_mend_block(block, is_known) for block in layout.blocks)
    return replace(layout, blocks=blocks)


def _mend_block(block: Block, is_known: IsKnown) -> Block:
    return replace_words(block, list(_mend_lines(block.lines, is_known)))


def replace_words(block: Block, lines: Sequence[Line]) -> Block:
    """The block with `lines`, which have other words in the places of its own; the block as it is
    where its texts would not say the same."""
    changed = Counter(
        (old.text, new.text)
        for before, after in zip(block.lines, lines, strict=True)
        for old, new in zip(before.words, after.words, strict=True)
        if old.text != new.text
    )
    if not changed:
        return replace(block, lines=tuple(lines))
    words = [word.text for line in block.lines for word in line.words]
    mended = [word.text for line in lines for word in line.words]
    texts = [
        _replace_words(text, words, mended, changed)
        for text in (block.text, block.markdown, block.html)
    ]
    if None in texts:
        return block
    text, markdown, html = (text or "" for text in texts)
    return replace(block, lines=tuple(lines), text=text, markdown=markdown, html=html)


def _mend_lines(lines: Sequence[Line], is_known: IsKnown) -> Iterator[Line]:
    before = "."
    for line in lines:
        texts = [word.text for word in line.words]
        mended = mend_twins(texts, is_known, before)
        before = texts[-1] if texts else before
        if mended == texts:
            yield line
            continue
        yield put_words(line, mended)


def put_words(line: Line, texts: Sequence[str]) -> Line:
    """The line with `texts` for its words; as it is where its text has others."""
    text = _put_words(line.text, [word.text for word in line.words], texts)
    words = zip(line.words, texts, strict=True)
    return (
        line
        if text is None
        else replace(line, text=text, words=tuple(replace(word, text=t) for word, t in words))
    )


def _replace_words(
    text: str, words: Sequence[str], mended: Sequence[str], changed: Counter[tuple[str, str]]
) -> str | None:
    """`text` with the words mended; None where it is not clear which of its words are meant."""
    if not text:
        return text
    found = _put_words(text, words, mended)
    if found is not None:
        return found
    # Marks of Markdown, broken words, tags: a word may be mended where all that are so are.
    for (old, new), count in changed.items():
        pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
        if len(pattern.findall(text)) != count:
            return None
        text = pattern.sub(new, text)
    return text


def _put_words(text: str, words: Sequence[str], mended: Sequence[str]) -> str | None:
    """`text`, which consists of `words`, with `mended` in their places; None if it does not."""
    if _WORD.findall(text) != list(words):
        return None
    new = iter(mended)
    return _WORD.sub(lambda _: next(new), text)
