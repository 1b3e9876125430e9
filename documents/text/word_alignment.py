"""Two sequences of words aligned, in bounded time and memory. Pure.

Words that both sequences have are those of a longest common subsequence, found exactly by rapidfuzz
(bit-parallel: H. Hyyrö, "Bit-parallel LCS-length computation revisited", 2004): 5,000 words against
5,000 take milliseconds. Words that differ are paired in the gaps between, by their likeness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, LCSseq

#: Bits of the table that one search for common words may use: 8 MB. Two texts of 8,000 words; a
#: page has 5,000.
_MOST_BITS = 64_000_000

#: Cells of the gaps' tables that everything that shares an `Effort` may fill, at about 1 µs each.
MOST_CELLS = 200_000

#: Bits of rapidfuzz's table that take as long as one cell of a gap's table.
_BITS_PER_CELL = 10_000

#: Words whose lengths allow for less likeness than this have none.
_LEAST_LIKENESS = 0.5

#: Words with more letters, both together, are not compared.
_MOST_LETTERS = 200

#: Gain of pairing two words between the same neighbours, however different; likeness counts more.
_ONE_PLACE = 0.05

#: Words on either side are joined up to this many: «Wi - Fi», «infor- mation».
_MOST_JOINED = 4


@dataclass(frozen=True)
class Step:
    """`first[i0:i1]` is matched with `second[j0:j1]`; `same`: both have the same text."""

    i0: int
    i1: int
    j0: int
    j1: int
    same: bool = False


@dataclass
class Effort:
    """What is left of the work that one page or request may cost, in cells of a gap's table."""

    cells: int = MOST_CELLS

    def spend(self, cells: int) -> bool:
        """Use up `cells`; False, and nothing used up, where fewer are left."""
        if cells > self.cells:
            return False
        self.cells -= cells
        return True


def find_common(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]] | None:
    """Pairs of indices of a longest common subsequence; None where the table would be too large."""
    if len(first) * len(second) > _MOST_BITS:
        return None
    return [
        (block.a + offset, block.b + offset)
        for block in LCSseq.opcodes(first, second).as_matching_blocks()
        for offset in range(block.size)
    ]


def count_common(first: Sequence[str], second: Sequence[str]) -> int | None:
    """How many words a longest common subsequence has; None where `find_common` has none."""
    if len(first) * len(second) > _MOST_BITS:
        return None
    return LCSseq.similarity(first, second)


def find_changes(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[Step]:
    """The runs of words that are the same in `old` and `new`, and those between, in order.

    Common words at the start and the end are always found. Where the effort or the memory does not
    suffice for the rest, all of it is one change.
    """
    start = _count_equal(old, new)
    rest = min(len(old), len(new)) - start
    end = min(_count_equal(old[::-1], new[::-1]), rest)
    middle = old[start : len(old) - end], new[start : len(new) - end]
    bits = len(middle[0]) * len(middle[1])
    pairs: list[tuple[int, int]] | None = None
    if effort.spend(bits // _BITS_PER_CELL):
        pairs = find_common(*middle)
    pairs = [
        *((index, index) for index in range(start)),
        *((start + i, start + j) for i, j in pairs or []),
        *((len(old) - left, len(new) - left) for left in range(end, 0, -1)),
    ]
    return _join_runs(pairs, len(old), len(new))


def align_words(first: Sequence[str], second: Sequence[str], effort: Effort) -> list[Step] | None:
    """Steps from `first` to `second` that cover both in order, word by word.

    None where both are too long for `find_common`. Where the effort does not suffice for a gap
    between common words, each of its words is a step of its own.
    """
    pairs = find_common(first, second)
    if pairs is None:
        return None
    steps: list[Step] = []
    i = j = 0
    for a, b in [*pairs, (len(first), len(second))]:
        steps += _align_gap(first, second, (i, a, j, b), effort)
        if a < len(first):
            steps.append(Step(a, a + 1, b, b + 1, same=True))
        i, j = a + 1, b + 1
    return steps


def likeness(one: str, other: str) -> float:
    """How alike two words are, 0 to 1: twice their common letters in order, of all letters."""
    if one == other:
        return 1.0
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) < _LEAST_LIKENESS * total or total > _MOST_LETTERS:
        return 0.0
    return Indel.normalized_similarity(one, other)


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words at the start are equal."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _join_runs(pairs: list[tuple[int, int]], rows: int, columns: int) -> list[Step]:
    """Join common words into runs, with a step for what is before, between and after them."""
    steps: list[Step] = []
    i = j = 0
    for a, b in [*pairs, (rows, columns)]:
        if a > i or b > j:
            steps.append(Step(i, a, j, b))
        if a == rows and b == columns:
            break
        last = steps[-1] if steps else None
        if last is not None and last.same and (last.i1, last.j1) == (a, b):
            steps[-1] = Step(last.i0, a + 1, last.j0, b + 1, same=True)
        else:
            steps.append(Step(a, a + 1, b, b + 1, same=True))
        i, j = a + 1, b + 1
    return steps


def _align_gap(
    first: Sequence[str], second: Sequence[str], gap: tuple[int, int, int, int], effort: Effort
) -> list[Step]:
    """Align the words between two common ones: joined words, pairs that are alike, the rest."""
    i0, i1, j0, j1 = gap
    rows, columns = i1 - i0, j1 - j0
    if not rows or not columns or not effort.spend((rows + 1) * (columns + 1)):
        return [Step(i, i + 1, j0, j0) for i in range(i0, i1)] + [
            Step(i1, i1, j, j + 1) for j in range(j0, j1)
        ]
    way = _find_way(first[i0:i1], second[j0:j1])
    steps = []
    i = j = 0
    while i < rows or j < columns:
        p, q = way[i][j]
        a, b = i0 + i, j0 + j
        same = "".join(first[a : a + p]) == "".join(second[b : b + q]) if p and q else False
        steps.append(Step(a, a + p, b, b + q, same))
        i, j = i + p, j + q
    return steps


def _find_way(first: Sequence[str], second: Sequence[str]) -> list[list[tuple[int, int]]]:
    """By position in both: how many words of each the best next step takes.

    The best steps are those whose likenesses have the greatest sum, from there to the end.
    """
    rows, columns = len(first), len(second)
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
                value = _ONE_PLACE + likeness(first[i], second[j]) + gain[i + 1][j + 1]
                if value > best:
                    best, step = value, (1, 1)
                joined = _count_joined(first, second, i, j)
                if joined is not None:
                    p, q = joined
                    value = p + q + gain[i + p][j + q]
                    if value > best:
                        best, step = value, joined
            gain[i][j], way[i][j] = max(best, 0.0), step
    return way


def _count_joined(
    first: Sequence[str], second: Sequence[str], i: int, j: int
) -> tuple[int, int] | None:
    """How many words from `i` and `j` on have the same text if joined; None where none have."""
    p = q = 1
    one, other = first[i], second[j]
    while one != other:
        if not (one.startswith(other) or other.startswith(one)):
            return None
        if len(one) < len(other):
            if p == _MOST_JOINED or i + p == len(first):
                return None
            one, p = one + first[i + p], p + 1
        else:
            if q == _MOST_JOINED or j + q == len(second):
                return None
            other, q = other + second[j + q], q + 1
    return p, q
