"""What a reviewer is asked about a page, whichever engine read it: one stream of doubts. Pure.

A doubt is a place where the reading may be wrong: a dispute, words read with little certainty, a
word of mixed scripts, ink without text, a text that was cut; or the page as a whole, where a flag
names nothing smaller. Doubts come in reading order, and no word is in two of them.

The id of a doubt is made of its words and their box, which both stay when something else on the
page is corrected. Equal words without boxes of their own are told apart by counting; those that an
answer has changed are counted, too.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from documents.review.dispute_places import find_dispute_places
from documents.review.doubt_lines import BlockText
from documents.review.flag_rules import (
    CUT,
    MARK_WORDS_BELOW,
    Flag,
    find_lone_empty_blocks,
    is_empty,
)
from documents.text.mixed_script import has_mixed_scripts, unify_scripts
from documents.text.page_layout import Block, Box, PageLayout, bounding_box

#: The most words that are asked about at once.
_LONGEST_RUN = 6


class DoubtKind(str, enum.Enum):
    """Why a reviewer is asked. In the order in which they are preferred for one word."""

    DISPUTED = "disputed"
    LOOKALIKES = "lookalikes"
    UNCERTAIN = "uncertain"
    CUT = "cut"
    UNREAD = "unread"
    #: The page as a whole; `flag` says why.
    PAGE = "page"

    __str__ = str.__str__


@dataclass(frozen=True)
class Doubt:
    """`start`, `stop`: the words of the block's text (as `text.split()` has them) in doubt; equal
    where something may be missing between two words; None where the text does not have the place.
    `text` are those words, `other` the second reading, None where there is none. `before`, `after`:
    the rest of their line. `bbox`: of the words; `line`: of their line; `context`: with the line
    above and below (px of the page image). `block`: "" where no block is meant."""

    id: str
    kind: DoubtKind
    block: str
    start: int | None
    stop: int | None
    text: str
    other: str | None
    bbox: Box
    line: Box
    context: Box
    before: str = ""
    after: str = ""
    confidence: float | None = None
    flag: str = ""


def find_doubts(layout: PageLayout, answers: Mapping[str, Mapping[str, Any]]) -> list[Doubt]:
    """The page's doubts without an answer, in reading order. `answers`: `Page.answers`."""
    settled = set(answers).union(*(answer.get("also", ()) for answer in answers.values()))
    return [doubt for doubt in find_all_doubts(layout, answers) if doubt.id not in settled]


def find_all_doubts(layout: PageLayout, answers: Mapping[str, Mapping[str, Any]]) -> list[Doubt]:
    """As `find_doubts`, with those whose answer left the text as it was."""
    page: Box = (0.0, 0.0, float(layout.width), float(layout.height))
    lone = {block.id for block in find_lone_empty_blocks(layout)}
    found: list[Doubt] = []
    for block in layout.blocks_in_order():
        if block.id in lone or (is_empty(block) and block.disputes):
            found.append(_unread_block(block, page))
        else:
            found += _in_block(block, page)
    found += _about_page(layout, {doubt.kind for doubt in found}, page)
    return _identify(found, answers)


def _in_block(block: Block, page: Box) -> list[Doubt]:
    if not (block.text or block.disputes):
        return []
    text = BlockText.of(block, page)
    found = _disputed(block, text)
    taken = {index for doubt in found for index in _words_of(doubt)}
    for index, word in enumerate(text.words):
        if index not in taken and has_mixed_scripts(word):
            doubt = _place(block, text, DoubtKind.LOOKALIKES, index, index + 1)
            found.append(replace(doubt, other=unify_scripts(word)))
            taken.add(index)
    found += [
        _place(block, text, DoubtKind.UNCERTAIN, run.start, run.stop)
        for run in _uncertain_runs(text, taken)
    ]
    if block.confidence == CUT:
        end = len(text.words)
        found.append(_place(block, text, DoubtKind.CUT, end, end))
    # Those without a place come last.
    return sorted(found, key=lambda doubt: (doubt.start is None, doubt.start, doubt.stop))


def _disputed(block: Block, text: BlockText) -> list[Doubt]:
    found = []
    for dispute, place in zip(block.disputes, find_dispute_places(block), strict=True):
        if place is None:
            line, context = text.surroundings(dispute.bbox)
            doubt = Doubt("", DoubtKind.DISPUTED, block.id, None, None, dispute.text,
                          dispute.other, dispute.bbox, line, context)  # fmt: skip
        else:
            doubt = _place(
                block, text, DoubtKind.DISPUTED, place.start, place.stop, box=dispute.bbox
            )
            # The dispute's own words: what they stand for does not depend on the text's lines.
            doubt = replace(doubt, text=dispute.text, other=dispute.other)
        found.append(doubt)
    return found


def _uncertain_runs(text: BlockText, taken: set[int]) -> Iterable[range]:
    """Neighbouring words of one line that were read with little certainty, as runs."""
    start = stop = -1
    for index in range(len(text.words)):
        confidence = text.confidence(index)
        if index in taken or confidence is None or confidence >= MARK_WORDS_BELOW:
            continue
        if not any(letter.isalnum() for letter in text.words[index]):
            continue  # a rule, leaders, a speck: nothing that anybody looks for
        goes_on = index == stop and index - start < _LONGEST_RUN
        if goes_on and text.line_of(index) == text.line_of(start):
            stop = index + 1
            continue
        if stop > start:
            yield range(start, stop)
        start, stop = index, index + 1
    if stop > start:
        yield range(start, stop)


def _place(
    block: Block, text: BlockText, kind: DoubtKind, start: int, stop: int, box: Box | None = None
) -> Doubt:
    own = text.box(start, stop)
    box = box or own or block.bbox
    line, context = text.surroundings(own or box)
    before, after = text.rest_of_line(start, stop)
    known = [text.confidence(index) for index in range(start, stop)]
    sure = [value for value in known if value is not None]
    return Doubt(
        id="",
        kind=kind,
        block=block.id,
        start=start,
        stop=stop,
        text=" ".join(text.words[start:stop]),
        other=None,
        bbox=box,
        line=line,
        context=context,
        before=before,
        after=after,
        confidence=min(sure, default=None),
    )


def _unread_block(block: Block, page: Box) -> Doubt:
    seen = " ".join(dispute.other for dispute in block.disputes if dispute.other)
    box = block.bbox
    if block.disputes:
        box = bounding_box([box, *(dispute.bbox for dispute in block.disputes)])
    _, context = BlockText.of(block, page).surroundings(box)
    return Doubt("", DoubtKind.UNREAD, block.id, 0, 0, "", seen or None, box, box, context)


#: Flags whose cause is asked about by doubts of these kinds, where there are any.
_SMALLER = {
    Flag.DISPUTED: {DoubtKind.DISPUTED, DoubtKind.UNREAD},
    Flag.LOOKALIKES: {DoubtKind.LOOKALIKES, DoubtKind.DISPUTED},
    Flag.REPETITION: {DoubtKind.CUT},
    Flag.EMPTY_REGION: {DoubtKind.UNREAD},
    Flag.LOW_CONFIDENCE: set(DoubtKind),
}


def _about_page(layout: PageLayout, kinds: set[DoubtKind], page: Box) -> Iterable[Doubt]:
    for name in layout.flags:
        if Flag.__members__.get(name.upper()) in _SMALLER and kinds & _SMALLER[Flag(name)]:
            continue
        is_unread = name == Flag.EMPTY_REGION.value and not layout.text
        kind = DoubtKind.UNREAD if is_unread else DoubtKind.PAGE
        yield Doubt(f"flag-{name}", kind, "", None, None, "", None, page, page, page, flag=name)


def _identify(doubts: list[Doubt], answers: Mapping[str, Mapping[str, Any]]) -> list[Doubt]:
    """Give each its id: of equal ones, the numbers that no change has used up, in order."""
    used: dict[str, set[int]] = {}
    for name, answer in answers.items():
        if answer.get("after") is not None:
            base, _, suffix = name.partition("-")
            used.setdefault(base, set()).add(int(suffix) if suffix.isdigit() else 0)
    found = []
    for doubt in doubts:
        if not doubt.id:
            base = _base_id(doubt)
            taken = used.setdefault(base, set())
            number = next(number for number in range(len(taken) + 1) if number not in taken)
            taken.add(number)
            doubt = replace(doubt, id=f"{base}-{number}" if number else base)
        found.append(doubt)
    return found


def _base_id(doubt: Doubt) -> str:
    place = ",".join(f"{value:.1f}" for value in doubt.bbox)
    gap = doubt.kind.value if not doubt.text else ""
    said = f"{place}|{gap}|{' '.join(doubt.text.split())}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _words_of(doubt: Doubt) -> range:
    return range(0) if doubt.start is None else range(doubt.start, doubt.stop or doubt.start)
