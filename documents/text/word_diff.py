"""What changed between two texts, word by word, in bounded time. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Pairs of equal words that are compared one by one, in everything that shares an `Effort`: at
#: most a fifth of a second, where words that repeat and words that don't take turns.
MOST_PAIRS = 20_000

#: `(step, a0, a1, b0, b1)` as difflib's opcodes: `equal`, `replace`, `delete` or `insert`.
Step = tuple[str, int, int, int, int]


@dataclass
class Effort:
    """What is left of the pairs that may be compared."""

    pairs: int = MOST_PAIRS

    def allows(self, pairs: int) -> bool:
        """Whether so many are left; they are used up then."""
        if pairs > self.pairs:
            return False
        self.pairs -= pairs
        return True


def changes(old: list[str], new: list[str], effort: Effort) -> list[Step]:
    """The edit steps from `old` to `new`, as difflib gives them; some may be empty.

    What both begin and end with is taken off first. difflib is cubic where words repeat (a table
    of a thousand zeros): where the effort does not allow for that, all between is one step.
    """
    start = _common(old, new)
    rest = min(len(old), len(new)) - start
    end = min(_common(old[::-1], new[::-1]), rest)
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    counts = Counter(middle[1])
    steps: list[Step]
    if not effort.allows(sum(counts[word] for word in middle[0])):
        steps = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        steps = list(SequenceMatcher(None, *middle, autojunk=False).get_opcodes())
    return [
        ("equal", 0, start, 0, start),
        *((step, a + start, b + start, c + start, d + start) for step, a, b, c, d in steps),
        ("equal", len(old) - end, len(old), len(new) - end, len(new)),
    ]


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is `same`, `gone` (only the first text has it) or `new` (only the
    second). `text` has the white space that follows it."""

    kind: str
    text: str


def pieces(one: str, other: str) -> Iterator[Piece]:
    """Both texts as one, in order: what is the same, what went, what came."""
    old, new = _words(one), _words(other)
    for step, a0, a1, b0, b1 in changes(
        [word.strip() for word in old], [word.strip() for word in new], Effort()
    ):
        if step == "equal" and b1 > b0:
            yield Piece("same", "".join(new[b0:b1]))
            continue
        if step != "equal" and a1 > a0:
            yield Piece("gone", "".join(old[a0:a1]))
        if step != "equal" and b1 > b0:
            yield Piece("new", "".join(new[b0:b1]))


def _words(text: str) -> list[str]:
    """Words, each with the white space behind it."""
    return re.findall(r"\S+\s*", text)


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
