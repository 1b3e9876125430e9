"""Where in a block's text its disputes are. Pure.

A dispute names a box and words, by which two readings can be compared; a text has only words.
Equal words are distinguished by the boxes of the block's words, where it has them.
"""

from __future__ import annotations

from documents.text.page_layout import Block, Box, Dispute, bounding_box


def find_dispute_places(block: Block) -> list[range | None]:
    """For each of the block's disputes the words of its text (as `text.split()` has them) that it
    is about: an empty range between two words where the reading has none; None for what can't be
    found."""
    words = block.text.split()
    boxes = _boxes(block, words)
    starts: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        starts.setdefault(word, []).append(index)
    taken: set[int] = set()
    places: list[range | None] = []
    behind = 0
    for dispute in block.disputes:
        if not dispute.text.split():
            places.append(_gap(dispute.bbox, boxes))
            continue
        place = _place(dispute, words, starts, boxes, taken, behind)
        if place is not None:
            taken.update(place)
            behind = place.stop
        places.append(place)
    return places


def _boxes(block: Block, words: list[str]) -> list[Box] | None:
    """The boxes of the text's words; None where the block's own words are not those."""
    known = list(block.words())
    return [word.bbox for word in known] if [word.text for word in known] == words else None


def _place(
    dispute: Dispute,
    words: list[str],
    starts: dict[str, list[int]],
    boxes: list[Box] | None,
    taken: set[int],
    behind: int,
) -> range | None:
    wanted = dispute.text.split()
    free = []
    for start in starts.get(wanted[0], ()):
        place = range(start, start + len(wanted))
        if words[start : place.stop] == wanted and taken.isdisjoint(place):
            free.append(place)
    if not free:
        return None
    if boxes is not None:
        common = [_common(dispute.bbox, bounding_box(boxes[p.start : p.stop])) for p in free]
        if max(common) > 0:
            return free[common.index(max(common))]
    # In the order of the text, as disputes nearly always come.
    return next((place for place in free if place.start >= behind), free[0])


def _gap(bbox: Box, boxes: list[Box] | None) -> range | None:
    """Between the words to its left and right on its line; before the first that is below it."""
    if not boxes:
        return None
    middle = (bbox[1] + bbox[3]) / 2
    for index, (x0, y0, _, y1) in enumerate(boxes):
        if y0 > middle or (y0 <= middle <= y1 and x0 >= bbox[0]):
            return range(index, index)
    return range(len(boxes), len(boxes))


def _common(one: Box, other: Box) -> float:
    """The area that both boxes cover, px²."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)
