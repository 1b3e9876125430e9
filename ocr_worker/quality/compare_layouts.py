"""Compare a language model's reading of a page with Tesseract's of the same image. Pure.

The model gives text by blocks, without lines, words or confidences, and its errors read well.
Tesseract makes other errors: where the two agree, a word is right and stands where Tesseract saw
it; where they do not, and Tesseract is credible, the place becomes a dispute for a reviewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from documents.review.flag_rules import CUT
from documents.text.page_layout import (
    Block,
    Line,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)
from documents.text.word_alignment import Effort

from .combine import combine
from .disputes import add_outside_disputes, build_disputes
from .evidence import InkDetector, PageEvidence, collect_evidence, join_keys
from .judgements import is_missed_line
from .misreadings import is_nearly_same
from .region_match import RegionMatch, WordMatch, match_region
from .regions import assign_to_regions, number_words
from .word_places import WordPlace, locate_words

#: Share of Tesseract's doubt about a word that remains where both readings have the word.
_REMAINING_DOUBT = 0.1

#: Confidence in a word that the second reading lacks, or has nearly equal.
_UNSEEN = 0.5
_NEARLY = 0.8


def compare_layouts(
    first: PageLayout, second: PageLayout, ink: InkDetector | None = None
) -> PageLayout:
    """`first` with boxes of words, confidences and disputes from `second`.

    `first`: blocks with text and boxes; a table's text is that of its cells, row by row. Lines they
    have only where the model said how sure it is of its words (`model_confidences`). `second`:
    Tesseract's layout of the same upright image, words with confidences. `ink`: whether a box (px)
    has anything printed in it.

    Blocks of text get lines and words (`block.text.split()`, in order), confidences by word and
    block, and disputes. A dispute about text outside all blocks is added to the nearest block.
    Texts, Markdown, HTML and boxes of blocks do not change; pictures, formulas and pages with too
    many words do not change at all. Raises ValueError where the two are not of one image.
    """
    if _image_key(first) != _image_key(second):
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
    if page.is_credible:
        blocks = add_outside_disputes(blocks, regions, rest, page)
    return replace(first, blocks=blocks)


def has_sure_text(second: PageLayout) -> bool:
    """Whether the second reader surely saw text anywhere on the page."""
    seen = [each for each in number_words(second) if each.key]
    lines = groupby(seen, key=lambda each: each.line)
    return any(is_missed_line(list(line), PageEvidence()) for _, line in lines)


def _image_key(layout: PageLayout) -> tuple[int, int, int]:
    return layout.width, layout.height, layout.rotation


def _compare_region(one: RegionMatch, page: PageEvidence) -> Iterator[Block]:
    """The region's blocks: the words in the first, each dispute in its own."""
    places = locate_words(one)
    models = [word.confidence for word in one.region.block.words()] or [None] * len(one.tokens)
    confidences = list(models)
    for match in one.matches:
        judged = _estimate_confidence(one, match)
        if judged is not None:
            for index in range(match.i0, match.i1):
                confidences[index] = combine(judged, models[index])
    words = [
        Word(token.text, place.box, confidence)
        for token, place, confidence in zip(one.tokens, places, confidences, strict=True)
    ]
    disputes = build_disputes(one, places, page) if page.is_credible else {}
    yield replace(
        one.region.block,
        confidence=_estimate_block_confidence(one.region.block, words),
        lines=_build_lines(one, places, words),
        disputes=tuple(disputes.get(0, ())),
    )
    for number, block in enumerate(one.region.blocks[1:], start=1):
        yield replace(block, disputes=tuple(disputes.get(number, ())))


def _estimate_block_confidence(block: Block, words: Sequence[Word]) -> float | None:
    """The mean of its words; a block that was cut keeps that mark."""
    if block.confidence == CUT:
        return CUT
    return mean_confidence((word.confidence, len(word.text)) for word in words)


def _estimate_confidence(one: RegionMatch, match: WordMatch) -> float | None:
    """How likely the first engine's words of a match are right, judged by the second; 0 to 1."""
    if not match.seen:
        return None if match.opaque else _UNSEEN
    sure = min(each.confidence for each in match.seen)
    if match.same:
        return round(1 - _REMAINING_DOUBT * (1 - sure), 4)
    if is_nearly_same(*join_keys(one, match)):
        return _NEARLY
    return None if match.opaque else round(min(1 - sure, _UNSEEN), 4)


def _build_lines(
    one: RegionMatch, places: Sequence[WordPlace], words: Sequence[Word]
) -> tuple[Line, ...]:
    """The words in lines: a line starts where one starts in the text or the second reading."""
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
