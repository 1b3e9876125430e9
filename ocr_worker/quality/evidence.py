"""Which disagreements of two readers are worth a person's look. Pure.

On a bad scan Tesseract misreads more words than the first reader does, so a difference alone proves
nothing. It counts where Tesseract is sure, where the difference is not of a kind that Tesseract is
known for, and where the place on the page speaks for it. The thresholds were chosen on the
ground-truth pages of the samples with planted errors (tests/benchmarks/second_reader.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from documents.text.page_layout import Box

from .region_match import RegionMatch, WordMatch
from .regions import SeenWord
from .word_keys import has_digit, make_loose_key, single_script
from .word_places import LETTER, WordPlace

#: Whether anything is printed in a box (px of the page).
InkDetector = Callable[[Box], bool]

#: How sure Tesseract must be of a word that stands for another one; of a number less: a wrong
#: digit is what a language model's reading shows least.
SURE = 0.8
SURE_OF_DIGITS = 0.6

#: The same where the page has the first reader's word in other places, and not the second's.
SURE_AGAINST_PAGE = 0.93

#: Of a word that the first reader lacks.
SURE_OF_MORE = 0.75

#: Of words outside of all blocks, where specks and rules are read too; and how many letters.
SURE_OUTSIDE = 0.8
LETTERS_OUTSIDE = 4

#: A page on which less of the first reader's letters is agreed on was not read by the second, or
#: not by the first: one of them has it wrong as a whole. The second must be this sure then.
AGREED_LEAST = 0.5
SURE_OF_ALL = 0.85

#: A word that the second reader lacks has no place where less than this share of its width is free.
_ROOM = 0.6

#: Footnote marks and exponents that stand at a word: Tesseract overlooks them.
_RAISED = re.compile(r"\d{1,2}")

#: What is no part of a formula.
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass
class PageEvidence:
    """What the page tells of each of its differences.

    `vouched`: keys on which the readers agree somewhere. `ink`: None where nobody can tell.
    `agreed`: share of the first reader's letters that both read. `first_left`, `second_left`: keys
    that one reader alone has, over all regions: the same word in two regions was only put in
    another place.
    """

    vouched: set[str] = field(default_factory=set)
    ink: InkDetector | None = None
    agreed: float = 1.0
    sure: float = 1.0
    first_left: Counter[str] = field(default_factory=Counter)
    second_left: Counter[str] = field(default_factory=Counter)

    @property
    def credible(self) -> bool:
        """Whether the second reader can be believed on this page at all."""
        return self.agreed >= AGREED_LEAST or self.sure >= SURE_OF_ALL


def collect_evidence(
    found: Sequence[RegionMatch],
    outside: Sequence[SeenWord],
    ink: InkDetector | None,
    sure: float | None,
) -> PageEvidence:
    """What all regions together tell; `sure`: the second reader's own confidence in the page."""
    page = PageEvidence(ink=ink, sure=sure or 0.0)
    agreed = total = 0
    for one in found:
        for finding in one.findings:
            keys = [token.key for token in one.tokens[finding.i0 : finding.i1] if token.key]
            letters = sum(map(len, keys))
            total += letters
            if finding.same:
                agreed += letters
                page.vouched.update(keys)
                continue
            if finding.again:
                continue
            if not finding.seen:
                page.first_left.update(keys)
            elif not keys:
                page.second_left.update(each.key for each in finding.seen)
    page.second_left.update(each.key for each in outside)
    page.agreed = agreed / total if total else 1.0
    return page


def is_nearly_same(one: str, other: str) -> bool:
    """Whether two keys differ only by letters that look like digits, or by a mark in a number that
    the second reader overlooked."""
    if make_loose_key(one) != make_loose_key(other):
        return False
    return one.replace("·", "") != other.replace("·", "") or "·" not in other


def join_keys(matched: RegionMatch, finding: WordMatch) -> tuple[str, str]:
    """What the two say, as one key each."""
    tokens = matched.tokens[finding.i0 : finding.i1]
    return "".join(t.key for t in tokens), "".join(each.key for each in finding.seen)


def is_swapped(matched: RegionMatch, finding: WordMatch, page: PageEvidence) -> bool:
    """Whether the second reader's word is likely right, and the first's in its place wrong."""
    one, other = join_keys(matched, finding)
    if finding.opaque or is_nearly_same(one, other):
        return False
    text = "".join(token.text for token in matched.tokens[finding.i0 : finding.i1])
    seen = "".join(each.word.text for each in finding.seen)
    scripts = {single_script(text), single_script(seen)}
    if scripts == {"LATIN", "CYRILLIC"}:
        return False  # DHCP read as ОНСР: Tesseract took the wrong model
    if one.startswith(other) and _RAISED.fullmatch(one[len(other) :]) and not has_digit(other):
        return False
    if one.endswith(other) and _RAISED.fullmatch(one[: -len(other)]) and not has_digit(other):
        return False
    sure = min(each.confidence for each in finding.seen)
    if has_digit(one) and has_digit(other):
        return sure >= SURE_OF_DIGITS
    if one in page.vouched and other not in page.vouched:
        return sure >= SURE_AGAINST_PAGE
    return sure >= SURE


def is_dropped(matched: RegionMatch, finding: WordMatch, page: PageEvidence) -> bool:
    """Whether the first reader likely left out what the second saw."""
    if finding.opaque:
        return False
    # Parts of a formula stand above and below its line, beside other words.
    formulas = any(token.opaque for token in matched.tokens)
    if formulas and not all(_WORD.fullmatch(each.key) for each in finding.seen):
        return False
    if all(_elsewhere(each.key, page.first_left) for each in finding.seen):
        return False
    sure = sum(each.confidence for each in finding.seen) / len(finding.seen)
    return sure >= SURE_OF_MORE


def is_invented(
    matched: RegionMatch, places: Sequence[WordPlace], run: Sequence[WordMatch], page: PageEvidence
) -> bool:
    """Whether the first reader likely made up what the findings of `run`, which follow each other,
    hold: their place is too narrow for them, or nothing is printed there."""
    if any(finding.opaque for finding in run):
        return False
    indices = [i for finding in run for i in range(finding.i0, finding.i1)]
    keys = [matched.tokens[i].key for i in indices if matched.tokens[i].key]
    again = any(finding.again for finding in run)
    if not again and all(_elsewhere(key, page.second_left) for key in keys):
        return False
    boxes = [places[i].box for i in indices]
    room = sum(x1 - x0 for x0, _, x1, _ in boxes)
    needed = sum(
        len(matched.tokens[i].text) * LETTER * (box[3] - box[1])
        for i, box in zip(indices, boxes, strict=True)
    )
    if room < _ROOM * needed or again:
        return True
    if page.ink is None:
        return any(places[i].line >= 0 for i in indices)
    return not all(page.ink(_within(box)) for box in boxes)


def is_missed_line(line: Sequence[SeenWord], page: PageEvidence) -> bool:
    """Whether words of one line that stand in no block are text that the first reader missed."""
    new = [each for each in line if not _elsewhere(each.key, page.first_left)]
    if not new or sum(len(each.key) for each in new) < LETTERS_OUTSIDE:
        return False
    return sum(each.confidence for each in new) / len(new) >= SURE_OUTSIDE


def _elsewhere(key: str, left: Counter[str]) -> bool:
    """Whether the other reader alone has the word in another region. Short ones tell nothing."""
    return len(key) > 2 and left[key] > 0


def _within(box: Box) -> Box:
    """`box` without its rim, where its neighbours' letters begin."""
    x0, y0, x1, y1 = box
    rim = min(0.15 * (y1 - y0), (x1 - x0) / 4)
    return (x0 + rim, y0 + rim, x1 - rim, y1 - rim)
