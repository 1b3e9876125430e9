"""Match the words of the two readings of one region. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import groupby

from documents.text.word_alignment import Effort, Step, align_words, count_common

from .regions import Region, SeenWord, sort_by_rows
from .word_keys import FoldedWord, split_tokens

#: Share of the shorter side that must be common in the second reader's own order; with less, the
#: order by rows is tried.
_GOOD_ORDER = 0.95


@dataclass(frozen=True)
class WordMatch:
    """`tokens[i0:i1]` of the block, and the words of the second reader matched with them.

    `same`: both have the same text. Either side may be empty: a word that only the second reader
    saw stands before the token `i0`. `opaque`: a formula is next to it, and the words seen may be
    that formula. `repeated`: only the first reading has it, and has the same right before or after.
    """

    i0: int
    i1: int
    seen: tuple[SeenWord, ...]
    same: bool = False
    opaque: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class RegionMatch:
    """A region's tokens, and the matches of all that can be compared, in the block's order.

    `used`: numbers of the words from just outside the region that its block has.
    """

    region: Region
    tokens: list[FoldedWord]
    matches: list[WordMatch]
    used: frozenset[int] = frozenset()


def match_region(region: Region, effort: Effort) -> RegionMatch | None:
    """Match the region's words with the second reader's; None where there are too many."""
    words = split_tokens(region.block.text)
    places = [index for index, token in enumerate(words) if token.key]
    keys = [words[index].key for index in places]
    seen = _choose_order(region, keys)
    steps = align_words(keys, [each.key for each in seen], effort)
    if steps is None:
        return None
    both = [*seen, *(each for each in region.near if each.key)]
    repeated = _find_repeated(steps, keys)
    chosen_steps = _match_moved(steps, keys, [each.key for each in both], len(seen), repeated)
    matches: list[WordMatch] = []
    used: set[int] = set()
    for step, chosen in chosen_steps:
        i0 = places[step.i0] if step.i0 < len(places) else len(words)
        i1 = places[step.i1 - 1] + 1 if step.i1 > step.i0 else i0
        before = places[step.i0 - 1] + 1 if step.i0 else 0
        after = places[step.i1] if step.i1 < len(places) else len(words)
        opaque = any(token.opaque for token in words[before:after])
        used.update(both[j].number for j in chosen if j >= len(seen))
        matches.append(
            WordMatch(
                i0,
                i1,
                tuple(both[j] for j in chosen),
                step.same,
                opaque,
                step.i0 in repeated and not chosen,
            )
        )
    return RegionMatch(region, words, matches, frozenset(used))


def _choose_order(region: Region, keys: list[str]) -> list[SeenWord]:
    """The second reader's words in its own order or by rows, whichever fits the first better."""
    own = [each for words in region.seen for each in words if each.key]
    agreed = count_common(keys, [each.key for each in own])
    if agreed is None or agreed >= _GOOD_ORDER * min(len(keys), len(own)):
        return own
    rows = [each for words in region.seen for each in sort_by_rows(words) if each.key]
    better = count_common(keys, [each.key for each in rows]) or 0
    return rows if better > agreed else own


def _find_repeated(steps: list[Step], keys: list[str]) -> set[int]:
    """Indices of words that only the first reading has and that repeat what precedes or follows.

    An alignment may leave over either of two equal lines, or a part of each: the run left over can
    be shifted by as many words as it shares with its neighbours.
    """
    result: set[int] = set()
    runs = groupby(steps, key=lambda step: step.j0 == step.j1)
    for alone, run in runs:
        if not alone:
            continue
        indices = [index for step in run for index in range(step.i0, step.i1)]
        start, end = indices[0], indices[-1] + 1
        length = end - start
        back = forth = 0
        while back < min(length, start) and keys[start - 1 - back] == keys[end - 1 - back]:
            back += 1
        while forth < min(length, len(keys) - end) and keys[end + forth] == keys[start + forth]:
            forth += 1
        if length > 1 and back + forth >= length:
            result.update(indices)
    return result


def _match_moved(
    steps: list[Step], first: list[str], second: list[str], inner: int, repeated: set[int]
) -> list[tuple[Step, tuple[int, ...]]]:
    """The steps with the indices of `second` that belong to them.

    Words that both readings have, elsewhere in the region or (from `inner` on) just outside it, are
    removed from their steps and matched.
    """
    left: dict[str, deque[int]] = defaultdict(deque)
    for step in steps:
        if not step.same:
            for j in range(step.j0, step.j1):
                left[second[j]].append(j)
    for j in range(inner, len(second)):
        left[second[j]].append(j)
    moved: dict[int, int] = {}
    for step in steps:
        if not step.same:
            for i in range(step.i0, step.i1):
                if i not in repeated and left.get(first[i]):
                    moved[i] = left[first[i]].popleft()
    gone = set(moved.values())
    result: list[tuple[Step, tuple[int, ...]]] = []
    for step in steps:
        if step.same:
            result.append((step, tuple(range(step.j0, step.j1))))
            continue
        rest = tuple(j for j in range(step.j0, step.j1) if j not in gone)
        for i in range(step.i0, step.i1):
            if i in moved:
                result.append((Step(i, i + 1, moved[i], moved[i] + 1, True), (moved[i],)))
            else:
                result.append((Step(i, i + 1, step.j0, step.j1), rest))
                rest = ()
        if rest:
            result.append((Step(step.i1, step.i1, step.j0, step.j1), rest))
    return result
