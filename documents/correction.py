"""A person's text put into a page's layout: words that are still there keep their boxes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from documents.layout import Block, Box, Line, PageLayout, Word, enclosing
from documents.markdown import block_markdown
from documents.trust import settled

#: What a person typed is certain.
TYPED = 1.0

#: Pairs of equal words that are compared one by one, in all blocks of one correction together: at
#: most a fifth of a second, where words that repeat and words that don't take turns.
_MOST_PAIRS = 20_000


@dataclass
class _Effort:
    """What is left of the pairs that one correction may compare."""

    pairs: int

    def allows(self, pairs: int) -> bool:
        """Whether so many are left; they are used up then."""
        if pairs > self.pairs:
            return False
        self.pairs -= pairs
        return True


@dataclass(frozen=True)
class _Placed:
    """An old word and the box of the line it stands in."""

    word: Word
    line_box: Box


def corrected(layout: PageLayout, texts: Mapping[str, str]) -> PageLayout:
    """`layout` with the blocks named in `texts` (block id -> new text) saying that instead.

    A block that is changed loses its disputes and its table's HTML, which say what it said before;
    the page loses the flags whose cause is gone (`documents.trust.settled`).
    Raises KeyError for an id that is not on the page.
    """
    effort = _Effort(_MOST_PAIRS)
    unknown = set(texts) - {block.id for block in layout.blocks}
    if unknown:
        raise KeyError(min(unknown))
    blocks = tuple(
        _corrected_block(block, texts[block.id], effort) if block.id in texts else block
        for block in layout.blocks
    )
    return layout if blocks == layout.blocks else settled(replace(layout, blocks=blocks))


def _corrected_block(block: Block, text: str, effort: _Effort) -> Block:
    text = _tidy(text)
    if text == _tidy(block.text):
        return block
    new_lines = [line.split(" ") for line in text.split("\n") if line]
    words = _placed_words(block, [word for line in new_lines for word in line], effort)
    lines = []
    start = 0
    for line in new_lines:
        chosen = tuple(words[start : start + len(line)])
        lines.append(Line(" ".join(line), enclosing(word.bbox for word in chosen), chosen))
        start += len(line)
    return replace(
        block,
        text=text,
        markdown=block_markdown(block.label, text),
        confidence=TYPED,
        lines=tuple(lines),
        html="",
        disputes=(),
    )


def _tidy(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def _placed_words(block: Block, new: list[str], effort: _Effort) -> list[Word]:
    """A box for every new word: its own where it stood before, that of the word it replaces where
    as many replace as were there, else that of its line (or the block, where there are none)."""
    old = [_Placed(word, line.bbox) for line in block.lines for word in line.words]
    words: list[Word] = []
    for change, i0, i1, j0, j1 in _changes([placed.word.text for placed in old], new, effort):
        if change == "equal":
            words.extend(placed.word for placed in old[i0:i1])
        elif change == "replace" and i1 - i0 == j1 - j0:
            words.extend(
                Word(text, placed.word.bbox, TYPED)
                for text, placed in zip(new[j0:j1], old[i0:i1], strict=True)
            )
        elif change in ("replace", "insert"):
            box = _line_box(block, old, i0)
            words.extend(Word(text, box, TYPED) for text in new[j0:j1])
    return words


def _changes(
    old: list[str], new: list[str], effort: _Effort
) -> list[tuple[str, int, int, int, int]]:
    """The edit steps from `old` to `new`, as difflib gives them, in bounded time.

    What both begin and end with is taken off first. difflib is cubic where words repeat (a table
    of a thousand zeros): where the effort does not allow for that, all between is one step.
    """
    start = _common(old, new)
    rest = min(len(old), len(new)) - start
    end = min(_common(old[::-1], new[::-1]), rest)
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    counts = Counter(middle[1])
    steps: list[tuple[str, int, int, int, int]]
    if not effort.allows(sum(counts[word] for word in middle[0])):
        steps = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        steps = list(SequenceMatcher(None, *middle, autojunk=False).get_opcodes())
    return [
        ("equal", 0, start, 0, start),
        *((step, a + start, b + start, c + start, d + start) for step, a, b, c, d in steps),
        ("equal", len(old) - end, len(old), len(new) - end, len(new)),
    ]


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _line_box(block: Block, old: list[_Placed], index: int) -> Box:
    if not old:
        return block.bbox
    return old[min(index, len(old) - 1)].line_box
