"""A language model's reading of a page, made from its true text, with errors of its kind in it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from documents.text.page_layout import Block, PageLayout
from documents.text.word_alignment import Effort, align_words
from ocr_worker.quality.word_keys import make_key

#: Where a line's end has broken a word.
_BROKEN = re.compile(r"(?<=\w)[-‐\u00ad]\n(?=\w)")

KINDS = ("dropped word", "swapped digit", "invented word", "repeated line")


@dataclass(frozen=True)
class Planted:
    """One error: its block, its kind, and the words by which a mark is known to be of it."""

    block: str
    kind: str
    words: tuple[str, ...]

    def is_marked(self, layout: PageLayout) -> int | None:
        """Which of the block's disputes names the error; None where none does."""
        block = next(block for block in layout.blocks if block.id == self.block)
        wanted = set(self.words)
        for number, dispute in enumerate(block.disputes):
            said = dispute.other if self.kind == "dropped word" else dispute.text
            if wanted & {make_key(word) for word in said.split()}:
                return number
        return None


@dataclass
class Page:
    """A page as the model would read it. `lines[block id]`: its lines of words."""

    layout: PageLayout
    lines: dict[str, list[list[str]]]
    planted: list[Planted] = field(default_factory=list)

    @property
    def first(self) -> PageLayout:
        """Blocks with text and nothing else: a paragraph's lines run together, its words mended."""
        return replace(
            self.layout,
            blocks=tuple(
                Block(
                    block.id,
                    block.label,
                    block.bbox,
                    block.order,
                    _run_together(self.lines[block.id]),
                )
                for block in self.layout.blocks
            ),
        )


def _run_together(lines: list[list[str]]) -> str:
    text = "\n".join(" ".join(line) for line in lines if line)
    return _BROKEN.sub("", text).replace("\n", " ")


def from_layer(layer: PageLayout, width: int, height: int) -> Page:
    """The page by the text layer of its PDF: places and words are the truth's own."""
    fitted = layer.scale(width / layer.width, width=width, height=height)
    return Page(
        fitted,
        {block.id: [line.text.split() for line in block.lines] for block in fitted.blocks},
    )


def from_truth(text: str, read: PageLayout) -> Page:
    """The page by its true text alone, laid once along what Tesseract read: a true word stands in
    the block of the word that it stands against, or of the one before it."""
    lines = [line.split() for line in text.splitlines()]
    true = [(word, number) for number, line in enumerate(lines) for word in line]
    seen = [(word, block.id) for block in read.blocks_in_order() for word in block.words()]
    steps = align_words(
        [make_key(word) for word, _ in true],
        [make_key(word.text) for word, _ in seen],
        Effort(10**7),
    )
    assert steps is not None
    at: list[str | None] = [None] * len(true)
    for step in steps:
        if step.j0 < step.j1:
            for index in range(step.i0, step.i1):
                at[index] = seen[step.j0][1]
    known = next((block for block in at if block), read.blocks[0].id)
    kept: dict[str, list[list[str]]] = {block.id: [] for block in read.blocks}
    last = None
    for (word, number), block in zip(true, at, strict=True):
        known = block or known
        if last != (number, known):
            kept[known].append([])
        kept[known][-1].append(word)
        last = (number, known)
    blocks = tuple(block for block in read.blocks if kept[block.id])
    return Page(replace(read, blocks=blocks), kept)


def plant(page: Page, errors: Sequence[str], chance: random.Random, foreign: Sequence[str]) -> None:
    """Put `errors` (of KINDS) into `page`, each into another line; `foreign`: words to invent from.

    Where the page has no place for a kind (no digits left), the next kind takes its turn.
    """
    used: set[tuple[str, int]] = set()
    known = {make_key(word) for lines in page.lines.values() for line in lines for word in line}
    for wanted in errors:
        turn = KINDS.index(wanted)
        for kind in (*KINDS[turn:], *KINDS[:turn]):
            free = [
                (block, number)
                for block, lines in page.lines.items()
                for number, line in enumerate(lines)
                if (block, number) not in used and _fits(kind, line)
            ]
            if free:
                break
        else:
            return
        block, number = chance.choice(free)
        line = page.lines[block][number]
        used.add((block, number))
        if kind == "dropped word":
            word = chance.choice([word for word in line if make_key(word)])
            line.remove(word)
            words = [make_key(word)]
        elif kind == "swapped digit":
            index = chance.choice([i for i, word in enumerate(line) if _has_digit(word)])
            line[index] = _swapped(line[index], chance)
            words = [make_key(line[index])]
        elif kind == "invented word":
            word = chance.choice([word for word in foreign if make_key(word) not in known])
            line.insert(chance.randint(0, len(line)), word)
            words = [make_key(word)]
        else:
            page.lines[block][number] = [*line, *line]
            words = [make_key(word) for word in line if make_key(word)]
        page.planted.append(Planted(block, kind, tuple(words)))
    page.planted = [_with_joined(error, page.lines[error.block]) for error in page.planted]


def _with_joined(error: Planted, lines: Sequence[Sequence[str]]) -> Planted:
    """The error, known by the whole word too where it ends or begins a line at a hyphen: the page
    is read with such words mended."""
    joined = []
    filled = [line for line in lines if line]
    for line, following in pairwise(filled):
        both = f"{line[-1]}\n{following[0]}"
        parts = {make_key(line[-1]), make_key(following[0])}
        if _BROKEN.search(both) and parts & set(error.words):
            joined.append(make_key(_BROKEN.sub("", both)))
    return replace(error, words=(*error.words, *joined))


def _fits(kind: str, line: list[str]) -> bool:
    words = [word for word in line if make_key(word)]
    if kind == "swapped digit":
        return any(map(_has_digit, words))
    return len(words) >= (2 if kind == "repeated line" else 1)


def _has_digit(word: str) -> bool:
    return any("0" <= sign <= "9" for sign in word)


def _swapped(word: str, chance: random.Random) -> str:
    index = chance.choice([i for i, sign in enumerate(word) if "0" <= sign <= "9"])
    other = chance.choice([digit for digit in "0123456789" if digit != word[index]])
    return word[:index] + other + word[index + 1 :]


def marks(page: Page, read: PageLayout) -> tuple[Counter[str], int]:
    """Planted errors that `read` marks, by kind; and right words that it marks wrongly, those that
    only the second reader claims among them."""
    found: Counter[str] = Counter()
    named: set[tuple[str, int]] = set()
    for error in page.planted:
        number = error.is_marked(read)
        if number is not None:
            found[error.kind] += 1
            named.add((error.block, number))
    # All marks of a planted line's words are that error's.
    wrong = 0
    for block in read.blocks:
        planted = {
            word
            for error in page.planted
            if error.block == block.id and error.kind == "repeated line"
            for word in error.words
        }
        for number, dispute in enumerate(block.disputes):
            if (block.id, number) in named:
                continue
            said = [make_key(word) for word in (dispute.text or dispute.other).split()]
            wrong += sum(bool(word) and word not in planted for word in said)
    return found, wrong
