"""A language model's reading of a page, held against Tesseract's of the same image. Pure.

The model gives text by blocks, without lines, words or any measure of trust, and its errors read
well. Tesseract's errors are of another kind: where the two agree a word is right, and stands where
Tesseract saw it; where they do not, and Tesseract is credible, both readings go to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from documents.review.flag_rules import CUT
from documents.text.page_layout import (
    Block,
    Box,
    Dispute,
    Line,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)
from documents.text.word_alignment import Effort

from .evidence import (
    InkDetector,
    PageEvidence,
    collect_evidence,
    is_dropped,
    is_invented,
    is_missed_line,
    is_nearly_same,
    is_swapped,
    join_keys,
)
from .region_match import RegionMatch, WordMatch, match_region
from .regions import Regions, SeenWord, assign_to_regions, distance, middle, number_words
from .word_places import WordPlace, locate_words

#: What is left of Tesseract's doubt about a word when both readers say it.
_DOUBT_LEFT = 0.1

#: Confidence in a word that the second reader lacks, or has almost so.
_UNSEEN = 0.5
_NEARLY = 0.8


def compare_layouts(
    first: PageLayout, second: PageLayout, ink: InkDetector | None = None
) -> PageLayout:
    """`first` with what `second` tells of it: places, confidences and disputes.

    `first`: blocks with text and boxes, without lines; a table's text is that of its cells, row by
    row. `second`: Tesseract's layout of the same upright image, words with confidences. `ink`: says
    whether a box (px) has anything printed in it.

    Blocks of text get lines and words (`block.text.split()`, in order), confidences by word and
    block, and disputes. A dispute about text that stands in no block is with the nearest. Texts,
    Markdown, HTML and boxes of blocks stay what they are; pictures, formulas and a page with too
    many words stay wholly. Raises ValueError where the two are not of one image.
    """
    if _frame(first) != _frame(second):
        raise ValueError(
            f"two readings of different images: {first.width} x {first.height} px turned by "
            f"{first.rotation}, and {second.width} x {second.height} px by {second.rotation}"
        )
    regions = assign_to_regions(first, second)
    if regions is None:
        return first
    effort = Effort()
    pairs = [match_region(region, effort) for region in regions.regions if region.is_compared]
    found = [one for one in pairs if one is not None]
    used = {number for one in found for number in one.used}
    rest = [each for each in regions.outside if each.number not in used and each.key]
    page = collect_evidence(found, rest, ink, second.confidence)
    read: dict[str, Block] = {}
    for one in found:
        for block in _compare_region(one, page):
            read[block.id] = block
    blocks = tuple(read.get(block.id, block) for block in first.blocks)
    if page.credible:
        blocks = _with_outside(blocks, regions, rest, page)
    return replace(first, blocks=blocks)


def has_sure_text(second: PageLayout) -> bool:
    """Whether the second reader surely saw text on the page, in any place."""
    seen = [each for each in number_words(second) if each.key]
    lines = groupby(seen, key=lambda each: each.line)
    return any(is_missed_line(list(line), PageEvidence()) for _, line in lines)


def _frame(layout: PageLayout) -> tuple[int, int, int]:
    return layout.width, layout.height, layout.rotation


def _compare_region(one: RegionMatch, page: PageEvidence) -> Iterator[Block]:
    """The region's blocks: the words in the first, disputes where they belong."""
    places = locate_words(one)
    confidences: list[float | None] = [None] * len(one.tokens)
    for finding in one.findings:
        for index in range(finding.i0, finding.i1):
            confidences[index] = _confidence(one, finding)
    words = [
        Word(token.text, place.box, confidence)
        for token, place, confidence in zip(one.tokens, places, confidences, strict=True)
    ]
    disputes = _disputes(one, places, page) if page.credible else {}
    yield replace(
        one.region.block,
        confidence=_block_confidence(one.region.block, words),
        lines=_lines(one, places, words),
        disputes=tuple(disputes.get(0, ())),
    )
    for number, block in enumerate(one.region.blocks[1:], start=1):
        yield replace(block, disputes=tuple(disputes.get(number, ())))


def _block_confidence(block: Block, words: Sequence[Word]) -> float | None:
    """The mean of its words; a block that was cut stays marked as that."""
    if block.confidence == CUT:
        return CUT
    return mean_confidence((word.confidence, len(word.text)) for word in words)


def _confidence(one: RegionMatch, finding: WordMatch) -> float | None:
    """How likely the first reader's words of a finding are right, as far as the second tells."""
    if not finding.seen:
        return None if finding.opaque else _UNSEEN
    sure = min(each.confidence for each in finding.seen)
    if finding.same:
        return round(1 - _DOUBT_LEFT * (1 - sure), 4)
    if is_nearly_same(*join_keys(one, finding)):
        return _NEARLY
    return None if finding.opaque else round(min(1 - sure, _UNSEEN), 4)


def _lines(
    one: RegionMatch, places: Sequence[WordPlace], words: Sequence[Word]
) -> tuple[Line, ...]:
    """The words in lines: a new one where the text or the second reader begins one."""
    keyed = [
        ((token.line, place.line), word)
        for token, place, word in zip(one.tokens, places, words, strict=True)
    ]
    lines = []
    for _, group in groupby(keyed, key=lambda pair: pair[0]):
        line = tuple(word for _, word in group)
        text = " ".join(word.text for word in line)
        lines.append(Line(text, bounding_box(word.bbox for word in line), line))
    return tuple(lines)


def _disputes(
    one: RegionMatch, places: Sequence[WordPlace], page: PageEvidence
) -> dict[int, list[Dispute]]:
    """The region's disputes by the number of the block in it; neighbours are one dispute."""
    owner = _owners(one)
    runs: list[tuple[int, list[WordMatch]]] = []
    last = None
    for index, finding, number in _credible(one, places, page, owner):
        if last == (index - 1, number):
            runs[-1][1].append(finding)
        else:
            runs.append((number, [finding]))
        last = (index, number)
    disputes: dict[int, list[Dispute]] = {}
    for number, run in runs:
        disputes.setdefault(number, []).append(_dispute(one, places, run))
    return disputes


def _credible(
    one: RegionMatch, places: Sequence[WordPlace], page: PageEvidence, owner: dict[int, int]
) -> Iterator[tuple[int, WordMatch, int]]:
    """The disagreements that count: index, finding, the number of the block that it is of."""
    index = 0
    while index < len(one.findings):
        finding = one.findings[index]
        end = index + 1
        if not finding.seen:
            while end < len(one.findings) and not one.findings[end].seen:
                end += 1
            counts = is_invented(one, places, one.findings[index:end], page)
        elif finding.same:
            counts = False
        elif finding.i0 == finding.i1:
            counts = is_dropped(one, finding, page)
        else:
            counts = is_swapped(one, finding, page)
        if counts:
            for each in range(index, end):
                seen = one.findings[each].seen
                only_seen = bool(seen) and finding.i0 == finding.i1
                yield each, one.findings[each], owner.get(seen[0].number, 0) if only_seen else 0
        index = end


def _owners(one: RegionMatch) -> dict[int, int]:
    """Of words in the empty blocks of the region that its text does not hold: the block's number.

    An empty block is the continuation of the first where most of its words are in the first's text.
    """
    said = {
        each.number for finding in one.findings if finding.i0 < finding.i1 for each in finding.seen
    }
    owners = {}
    for number, seen in enumerate(one.region.seen[1:], start=1):
        numbers = [each.number for each in seen if each.key]
        if 2 * sum(each in said for each in numbers) < len(numbers):
            owners.update(dict.fromkeys(numbers, number))
    return owners


def _dispute(one: RegionMatch, places: Sequence[WordPlace], run: Sequence[WordMatch]) -> Dispute:
    boxes: list[Box] = []
    for finding in run:
        boxes += [each.word.bbox for each in finding.seen]
        if not finding.seen:
            boxes += [_visible(places[index].box) for index in range(finding.i0, finding.i1)]
    text = [token.text for f in run for token in one.tokens[f.i0 : f.i1]]
    other = [each.word.text for f in run for each in f.seen]
    return Dispute(bounding_box(boxes), " ".join(text), " ".join(other))


def _visible(box: Box) -> Box:
    """A word that has no room stands between two others: a box of some width over the gap."""
    x0, y0, x1, y1 = box
    missing = max((y1 - y0) / 2 - (x1 - x0), 0) / 2
    return (max(x0 - missing, 0.0), y0, x1 + missing, y1)


def _with_outside(
    blocks: tuple[Block, ...], regions: Regions, rest: Sequence[SeenWord], page: PageEvidence
) -> tuple[Block, ...]:
    """Lines that stand in no block become disputes of the nearest one that is compared."""
    near = [region.block for region in regions.regions if region.is_compared]
    if not near:
        return blocks
    added: dict[str, list[Dispute]] = {}
    for _, group in groupby(rest, key=lambda each: each.line):
        line = list(group)
        if is_missed_line(line, page):
            box = bounding_box(each.word.bbox for each in line)
            block = min(near, key=lambda block: distance(block.bbox, *middle(box)))
            said = " ".join(each.word.text for each in line)
            added.setdefault(block.id, []).append(Dispute(box, "", said))
    return tuple(
        replace(block, disputes=(*block.disputes, *added[block.id])) if block.id in added else block
        for block in blocks
    )
