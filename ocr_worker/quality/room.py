"""Whether words have room where they are said to be, and whether they are printed there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from documents.text.page_layout import Box, bounding_box

from .evidence import InkDetector, PageEvidence
from .region_match import RegionMatch, WordMatch
from .word_places import LETTER, WordPlace, measure_letters

#: A word that the second reader lacks has no room where less than this share of its width is free.
_ROOM = 0.6

#: Words of so many letters, with less than this share of their width, do not fit where others are.
_LONG = 4
_LEAST_ROOM = 0.45

#: Print that is so much higher than wide does not stand on a line.
_UPRIGHT = 1.5

#: Words of the first reading are not printed where print covers less than
#: this share of their width (letters of neighbours reach in), or of one of them hardly any.
_PRINTED = 0.5
_PRINTED_OF_ONE = 0.2


def has_no_room(matched: RegionMatch, places: Sequence[WordPlace], match: WordMatch) -> bool:
    """Whether the words of the first engine are far too long for their place on the line."""
    box = bounding_box(each.word.bbox for each in match.seen)
    line = match.seen[0].line
    left, _, right, _ = matched.region.block.bbox
    if match.i0 and places[match.i0 - 1].end.line == line:
        left = places[match.i0 - 1].end.box[2]
    if match.i1 < len(places) and places[match.i1].line == line:
        right = places[match.i1].box[0]
    if box[3] - box[1] > _UPRIGHT * (box[2] - box[0]):
        return False
    letters = sum(measure_letters(token.text) for token in matched.tokens[match.i0 : match.i1])
    room = max(right, box[2]) - min(left, box[0])
    return letters >= _LONG and room < _LEAST_ROOM * letters * LETTER * (box[3] - box[1])


def is_crowded(
    matched: RegionMatch, places: Sequence[WordPlace], indices: Sequence[int], page: PageEvidence
) -> bool:
    """Whether what is free between the neighbours is too narrow for the words at `indices`."""
    boxes = [places[i].box for i in indices]
    room = sum(x1 - x0 for x0, _, x1, _ in boxes)
    return room < _ROOM * sum(_measure_needed(matched, places, indices, page))


def is_unprinted(
    matched: RegionMatch,
    places: Sequence[WordPlace],
    indices: Sequence[int],
    page: PageEvidence,
    ink: InkDetector,
) -> bool:
    """Whether there is too little print for the words at `indices`, or none for one of them."""
    needed = _measure_needed(matched, places, indices, page)
    printed = [ink.width(_box_within(places, i)) for i in indices]
    if sum(printed) < _PRINTED * sum(needed):
        return True
    # On a line that the second reader did not see, where each word stands is a guess.
    return any(
        width < _PRINTED_OF_ONE * least and places[i].line >= 0
        for i, width, least in zip(indices, printed, needed, strict=True)
    )


def _measure_needed(
    matched: RegionMatch, places: Sequence[WordPlace], indices: Sequence[int], page: PageEvidence
) -> list[float]:
    """The width of each word, px."""
    return [
        measure_letters(matched.tokens[i].text) * LETTER * _height_of_print(places[i], page)
        for i in indices
    ]


def _height_of_print(place: WordPlace, page: PageEvidence) -> float:
    """A line that the second reader did not see is no higher than others, however much room."""
    height = place.box[3] - place.box[1]
    return height if place.line >= 0 else min(height, page.height)


def _box_within(places: Sequence[WordPlace], index: int) -> Box:
    """The word's box without its rims, into which letters of neighbouring words and lines reach."""
    x0, y0, x1, y1 = places[index].box
    rim = min(0.15 * (y1 - y0), (x1 - x0) / 4)
    line = places[index].line
    before = index > 0 and places[index - 1].end.line == line
    after = index + 1 < len(places) and places[index + 1].line == line
    return (x0 + rim * before, y0 + rim, x1 - rim * after, y1 - rim)
