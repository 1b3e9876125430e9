"""Build the disputes of a page from the disagreements that count. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from documents.text.page_layout import Block, Box, Dispute, bounding_box

from .evidence import PageEvidence
from .judgements import is_dropped, is_invented, is_missed_line, is_swapped
from .misreadings import is_explained
from .region_match import RegionMatch, WordMatch
from .regions import Regions, SeenWord, center, distance_to_box
from .word_places import WordPlace


def build_disputes(
    one: RegionMatch, places: Sequence[WordPlace], page: PageEvidence
) -> dict[int, list[Dispute]]:
    """The region's disputes by number of its block; adjacent ones are joined."""
    owner = _find_owners(one)
    runs: list[tuple[int, list[WordMatch]]] = []
    last = None
    for index, match, number in _find_credible(one, places, page, owner):
        if last == (index - 1, number):
            runs[-1][1].append(match)
        else:
            runs.append((number, [match]))
        last = (index, number)
    disputes: dict[int, list[Dispute]] = {}
    for number, run in runs:
        disputes.setdefault(number, []).append(_build_dispute(one, places, run))
    return disputes


def _find_credible(
    one: RegionMatch, places: Sequence[WordPlace], page: PageEvidence, owner: dict[int, int]
) -> Iterator[tuple[int, WordMatch, int]]:
    """Yield the disagreements that count: index, match, number of the block it belongs to."""
    index = 0
    while index < len(one.matches):
        match = one.matches[index]
        end = index + 1
        if not match.seen:
            while end < len(one.matches) and not one.matches[end].seen:
                end += 1
            counts = is_invented(one, places, one.matches[index:end], page)
        elif match.same:
            counts = False
        elif _is_seen_only(match):
            while end < len(one.matches) and _is_seen_only(one.matches[end]):
                end += 1
            run = one.matches[index:end]
            beside = [*one.matches[max(index - 1, 0) : index], *one.matches[end : end + 1]]
            if not is_explained(one, run, beside, page):
                for each, found in enumerate(run, start=index):
                    if is_dropped(one, found, page):
                        yield each, found, owner.get(found.seen[0].number, 0)
            counts = False
        else:
            counts = is_swapped(one, places, match, page)
        if counts:
            for each in range(index, end):
                yield each, one.matches[each], 0
        index = end


def _is_seen_only(match: WordMatch) -> bool:
    return match.i0 == match.i1 and bool(match.seen)


def _find_owners(one: RegionMatch) -> dict[int, int]:
    """The number of the block, by the number of each word seen in an empty block of its own.

    An empty block continues the first one where most of its words are in the first one's text.
    """
    matched = {each.number for match in one.matches if match.i0 < match.i1 for each in match.seen}
    owners = {}
    for number, seen in enumerate(one.region.seen[1:], start=1):
        numbers = [each.number for each in seen if each.key]
        if 2 * sum(each in matched for each in numbers) < len(numbers):
            owners.update(dict.fromkeys(numbers, number))
    return owners


def _build_dispute(
    one: RegionMatch, places: Sequence[WordPlace], run: Sequence[WordMatch]
) -> Dispute:
    boxes: list[Box] = []
    for match in run:
        boxes += [each.word.bbox for each in match.seen]
        if not match.seen:
            boxes += [_widen_box(places[index].box) for index in range(match.i0, match.i1)]
    text = [token.text for f in run for token in one.tokens[f.i0 : f.i1]]
    other = [each.word.text for f in run for each in f.seen]
    return Dispute(bounding_box(boxes), " ".join(text), " ".join(other))


def _widen_box(box: Box) -> Box:
    """Widen the box of a word without room between two others, so that it can be seen."""
    x0, y0, x1, y1 = box
    missing = max((y1 - y0) / 2 - (x1 - x0), 0) / 2
    return (max(x0 - missing, 0.0), y0, x1 + missing, y1)


def add_outside_disputes(
    blocks: tuple[Block, ...], regions: Regions, rest: Sequence[SeenWord], page: PageEvidence
) -> tuple[Block, ...]:
    """Add the lines outside all blocks as disputes of the nearest block that is compared."""
    near = [region.block for region in regions.regions if region.is_compared]
    if not near:
        return blocks
    added: dict[str, list[Dispute]] = {}
    for _, group in groupby(rest, key=lambda each: each.line):
        line = list(group)
        if is_missed_line(line, page):
            box = bounding_box(each.word.bbox for each in line)
            block = min(near, key=lambda block: distance_to_box(block.bbox, *center(box)))
            text = " ".join(each.word.text for each in line)
            added.setdefault(block.id, []).append(Dispute(box, "", text))
    return tuple(
        replace(block, disputes=(*block.disputes, *added[block.id])) if block.id in added else block
        for block in blocks
    )
