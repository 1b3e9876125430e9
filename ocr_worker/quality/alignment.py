"""Two sequences of words laid against each other, in bounded time. Pure.

The longest common subsequence is exact, by bit vectors (H. Hyyrö, "Bit-parallel LCS-length
computation revisited", 2004): a row of the table is one long integer, so 5,000 equal words against
5,000 take hundredths of a second, where difflib takes hours. Words that differ are paired in the
gaps between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

#: Bits of table that one comparison may hold: 8 MB. Two regions of 8,000 words; a page has 5,000.
_MOST_BITS = 64_000_000

#: Cells of the gaps' tables that one page may fill, at about 1 µs each.
MOST_CELLS = 200_000

#: Words that are less alike have no likeness at all.
_ALIKE = 0.5

#: Two words between the same neighbours stand in one place, however different; being alike counts
#: more.
_ONE_PLACE = 0.05

#: What stands on both sides is joined up to so many words: «Wi - Fi», «infor- mation».
_MOST_JOINED = 4


@dataclass(frozen=True)
class Step:
    """`first[i0:i1]` stands against `second[j0:j1]`; `same`: they say the same."""

    i0: int
    i1: int
    j0: int
    j1: int
    same: bool = False


@dataclass
class Effort:
    """What is left of the cells that may be filled for one page."""

    cells: int = field(default=MOST_CELLS)

    def allows(self, cells: int) -> bool:
        if cells > self.cells:
            return False
        self.cells -= cells
        return True


def common(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]] | None:
    """Pairs of indices of a longest common subsequence; None where that takes too much room."""
    if len(first) * len(second) > _MOST_BITS:
        return None
    places: dict[str, int] = {}
    for j, word in enumerate(second):
        places[word] = places.get(word, 0) | 1 << j
    full = (1 << len(second)) - 1
    row, rows = full, []
    for word in first:
        met = row & places.get(word, 0)
        row = ((row + met) | (row - met)) & full
        rows.append(row)
    pairs = []
    i, j = len(first), len(second)
    while i and j:
        if rows[i - 1] >> (j - 1) & 1:
            j -= 1  # the word second[j - 1] adds nothing
        elif i > 1 and not rows[i - 2] >> (j - 1) & 1:
            i -= 1  # nor does first[i - 1]
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    pairs.reverse()
    return pairs


def aligned(first: Sequence[str], second: Sequence[str], effort: Effort) -> list[Step] | None:
    """Steps from `first` to `second` that cover both in order; None where they are too long."""
    pairs = common(first, second)
    if pairs is None:
        return None
    steps: list[Step] = []
    i = j = 0
    for a, b in [*pairs, (len(first), len(second))]:
        steps += _gap(first, second, (i, a, j, b), effort)
        if a < len(first):
            steps.append(Step(a, a + 1, b, b + 1, same=True))
        i, j = a + 1, b + 1
    return steps


def _gap(
    first: Sequence[str], second: Sequence[str], gap: tuple[int, int, int, int], effort: Effort
) -> list[Step]:
    """What stands between two common words: joined words, pairs that are alike, the rest."""
    i0, i1, j0, j1 = gap
    rows, columns = i1 - i0, j1 - j0
    if not rows or not columns or not effort.allows((rows + 1) * (columns + 1)):
        return [Step(i, i + 1, j0, j0) for i in range(i0, i1)] + [
            Step(i1, i1, j, j + 1) for j in range(j0, j1)
        ]
    # gain[i][j]: the best sum of likenesses of what stands from i and j on; way: the step there.
    gain = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    way = [[(1, 0)] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            best, step = -1.0, (1, 0)
            if i < rows:
                best = gain[i + 1][j]
            if j < columns and gain[i][j + 1] > best:
                best, step = gain[i][j + 1], (0, 1)
            if i < rows and j < columns:
                likeness = _ONE_PLACE + alike(first[i0 + i], second[j0 + j])
                if likeness + gain[i + 1][j + 1] > best:
                    best, step = likeness + gain[i + 1][j + 1], (1, 1)
                for p, q in _joined(first, second, (i0 + i, i1, j0 + j, j1)):
                    value = p + q + gain[i + p][j + q]
                    if value > best:
                        best, step = value, (p, q)
            gain[i][j], way[i][j] = max(best, 0.0), step
    steps = []
    i = j = 0
    while i < rows or j < columns:
        p, q = way[i][j]
        a, b = i0 + i, j0 + j
        same = "".join(first[a : a + p]) == "".join(second[b : b + q]) if p and q else False
        steps.append(Step(a, a + p, b, b + q, same))
        i, j = i + p, j + q
    return steps


def _joined(
    first: Sequence[str], second: Sequence[str], at: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """How many words from here on say the same on both sides, if joined: at most one pair."""
    i0, i1, j0, j1 = at
    i, j = i0 + 1, j0 + 1
    one, other = first[i0], second[j0]
    while one != other:
        if not (one.startswith(other) or other.startswith(one)):
            return []
        if len(one) < len(other):
            if i >= min(i1, i0 + _MOST_JOINED):
                return []
            one, i = one + first[i], i + 1
        else:
            if j >= min(j1, j0 + _MOST_JOINED):
                return []
            other, j = other + second[j], j + 1
    return [(i - i0, j - j0)]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> float:
    """How alike two words are, 0 to 1: twice their common letters in order, of all letters."""
    if one == other:
        return 1.0
    total = len(one) + len(other)
    if not total or 2 * min(len(one), len(other)) < _ALIKE * total or total > 200:
        return 0.0
    places: dict[str, int] = {}
    for j, letter in enumerate(other):
        places[letter] = places.get(letter, 0) | 1 << j
    full = (1 << len(other)) - 1
    row = full
    for letter in one:
        met = row & places.get(letter, 0)
        row = ((row + met) | (row - met)) & full
    return 2 * (len(other) - bin(row).count("1")) / total
