"""Which page of one text belongs to which page of another: a page may be added or left out. Pure.

Pages that are equal are found first (a longest common subsequence); those between are paired in
their order by the words they share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from documents.text.word_alignment import find_common

#: The index of a page in either text; None where it has no counterpart.
Pair = tuple[int | None, int | None]

#: Pages that share fewer of their words (0 to 1) are two pages, not one that has changed.
_LEAST_SHARED = 0.3
#: Pairs of pages that are compared between two equal ones; where there are more, the pages are
#: paired by their places.
_MOST_COMPARED = 2_500


def align_pages(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs that cover both texts in order."""
    pairs: list[Pair] = []
    i = j = 0
    common = find_common([_plain(page) for page in old], [_plain(page) for page in new]) or []
    for a, b in [*common, (len(old), len(new))]:
        pairs += [
            (None if x is None else i + x, None if y is None else j + y)
            for x, y in _align_gap(old[i:a], new[j:b])
        ]
        if a < len(old):
            pairs.append((a, b))
        i, j = a + 1, b + 1
    return pairs


def pair_by_place(old: int, new: int) -> list[Pair]:
    """The first with the first, and so on, of so many pages; what is left has no counterpart."""
    most = max(old, new)
    return [(n if n < old else None, n if n < new else None) for n in range(most)]


def _align_gap(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    rows, columns = len(old), len(new)
    if not rows or not columns or rows * columns > _MOST_COMPARED:
        return pair_by_place(rows, columns)
    first = [Counter(page.split()) for page in old]
    second = [Counter(page.split()) for page in new]
    shared = [[_shared(one, other) for other in second] for one in first]
    # From the end: the best sum of what is shared, from each place on.
    gain = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            gain[i][j] = max(gain[i + 1][j], gain[i][j + 1], _together(shared, gain, i, j))
    pairs: list[Pair] = []
    i = j = 0
    while i < rows and j < columns:
        if gain[i][j] and gain[i][j] == _together(shared, gain, i, j):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif gain[i + 1][j] >= gain[i][j + 1]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(x, None) for x in range(i, rows)]
    pairs += [(None, y) for y in range(j, columns)]
    return pairs


def _together(shared: list[list[float]], gain: list[list[float]], i: int, j: int) -> float:
    """The gain where these two pages are a pair; 0 where they share too little."""
    if shared[i][j] < _LEAST_SHARED:
        return 0.0
    return shared[i][j] + gain[i + 1][j + 1]


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """Twice the common words, of all words, 0 to 1; 1 for two empty pages."""
    words = one.total() + other.total()
    return 2 * (one & other).total() / words if words else 1.0


def _plain(page: str) -> str:
    return " ".join(page.split())
