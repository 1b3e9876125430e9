"""Which disagreements of two readings are worth a reviewer's attention. Pure.

On a bad scan Tesseract misreads more words than the first engine does, so a difference alone proves
nothing. It counts where Tesseract is sure, where the difference is not of a kind typical of
Tesseract, and where the place on the page supports it. The thresholds were chosen on the
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

#: Confidence that Tesseract needs in a word that replaces another; less in a number, as a wrong
#: digit is the least visible error of a language model.
SURE = 0.8
SURE_OF_DIGITS = 0.5

#: The same, where the first engine's word is on the page elsewhere and the second's is not.
SURE_AGAINST_PAGE = 0.93

#: Confidence in a word that the first engine lacks.
SURE_OF_MORE = 0.75

#: Confidence in words outside all blocks, where specks and rules are read too; and their letters.
SURE_OUTSIDE = 0.8
LETTERS_OUTSIDE = 4

#: Where the readings agree on a smaller share of the first engine's letters, one of them is wrong
#: as a whole. The second must be this sure of the page then.
AGREED_LEAST = 0.5
SURE_OF_ALL = 0.85

#: A word that the second reader lacks has no room where less than this share of its width is free.
_ROOM = 0.6

#: Footnote marks and exponents attached to a word, which Tesseract overlooks.
_RAISED = re.compile(r"\d{1,2}")

#: A word that is no part of a formula.
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass
class PageEvidence:
    """Evidence from the whole page about each of its differences.

    `vouched`: keys on which the readings agree somewhere. `ink`: None where there is no image.
    `agreed`: share of the first engine's letters that both read (0 to 1). `sure`: the second
    reader's confidence in the page. `first_left`, `second_left`: keys that one reading alone has,
    over all regions: the same word in two regions was only placed differently.
    """

    vouched: set[str] = field(default_factory=set)
    ink: InkDetector | None = None
    agreed: float = 1.0
    sure: float = 1.0
    first_left: Counter[str] = field(default_factory=Counter)
    second_left: Counter[str] = field(default_factory=Counter)

    @property
    def is_credible(self) -> bool:
        """Whether the second reader is credible on this page at all."""
        return self.agreed >= AGREED_LEAST or self.sure >= SURE_OF_ALL


def collect_evidence(
    found: Sequence[RegionMatch],
    outside: Sequence[SeenWord],
    ink: InkDetector | None,
    sure: float | None,
) -> PageEvidence:
    """Collect the evidence of all regions; `sure`: the second reader's confidence in the page."""
    page = PageEvidence(ink=ink, sure=sure or 0.0)
    agreed = total = 0
    for one in found:
        for match in one.matches:
            keys = [token.key for token in one.tokens[match.i0 : match.i1] if token.key]
            letters = sum(map(len, keys))
            total += letters
            if match.same:
                agreed += letters
                page.vouched.update(keys)
                continue
            if match.repeated:
                continue
            if not match.seen:
                page.first_left.update(keys)
            elif not keys:
                page.second_left.update(each.key for each in match.seen)
    page.second_left.update(each.key for each in outside)
    page.agreed = agreed / total if total else 1.0
    return page


def is_nearly_same(one: str, other: str) -> bool:
    """Whether two keys differ only in letters that look like digits, or in a mark inside a number
    that the second reader overlooked."""
    if make_loose_key(one) != make_loose_key(other):
        return False
    return one.replace("·", "") != other.replace("·", "") or "·" not in other


def join_keys(matched: RegionMatch, match: WordMatch) -> tuple[str, str]:
    """What the two readings have, as one key each."""
    tokens = matched.tokens[match.i0 : match.i1]
    return "".join(t.key for t in tokens), "".join(each.key for each in match.seen)


def is_swapped(matched: RegionMatch, match: WordMatch, page: PageEvidence) -> bool:
    """Whether the second reader's word is likely right, and the first's in its place wrong."""
    one, other = join_keys(matched, match)
    if match.opaque or is_nearly_same(one, other):
        return False
    text = "".join(token.text for token in matched.tokens[match.i0 : match.i1])
    seen = "".join(each.word.text for each in match.seen)
    scripts = {single_script(text), single_script(seen)}
    if scripts == {"LATIN", "CYRILLIC"}:
        return False  # DHCP read as ОНСР: Tesseract used the wrong model
    if one.startswith(other) and _RAISED.fullmatch(one[len(other) :]) and not has_digit(other):
        return False
    if one.endswith(other) and _RAISED.fullmatch(one[: -len(other)]) and not has_digit(other):
        return False
    sure = min(each.confidence for each in match.seen)
    if has_digit(one) and has_digit(other):
        return sure >= SURE_OF_DIGITS
    if one in page.vouched and other not in page.vouched:
        return sure >= SURE_AGAINST_PAGE
    return sure >= SURE


def is_dropped(matched: RegionMatch, match: WordMatch, page: PageEvidence) -> bool:
    """Whether the first engine likely left out what the second saw."""
    if match.opaque:
        return False
    # Parts of a formula stand above and below its line, next to other words.
    formulas = any(token.opaque for token in matched.tokens)
    if formulas and not all(_WORD.fullmatch(each.key) for each in match.seen):
        return False
    if all(_is_elsewhere(each.key, page.first_left) for each in match.seen):
        return False
    sure = sum(each.confidence for each in match.seen) / len(match.seen)
    return sure >= SURE_OF_MORE


def is_invented(
    matched: RegionMatch, places: Sequence[WordPlace], run: Sequence[WordMatch], page: PageEvidence
) -> bool:
    """Whether the first engine likely invented the words of `run`, which are adjacent matches.

    Their place is too narrow for them then, or nothing is printed there.
    """
    if any(match.opaque for match in run):
        return False
    indices = [i for match in run for i in range(match.i0, match.i1)]
    keys = [matched.tokens[i].key for i in indices if matched.tokens[i].key]
    repeated = any(match.repeated for match in run)
    if not repeated and all(_is_elsewhere(key, page.second_left) for key in keys):
        return False
    boxes = [places[i].box for i in indices]
    room = sum(x1 - x0 for x0, _, x1, _ in boxes)
    needed = sum(
        len(matched.tokens[i].text) * LETTER * (box[3] - box[1])
        for i, box in zip(indices, boxes, strict=True)
    )
    if room < _ROOM * needed or repeated:
        return True
    if page.ink is None:
        return any(places[i].line >= 0 for i in indices)
    return not all(page.ink(_shrink_box(box)) for box in boxes)


def is_missed_line(line: Sequence[SeenWord], page: PageEvidence) -> bool:
    """Whether words of one line outside all blocks are text that the first engine missed."""
    new = [each for each in line if not _is_elsewhere(each.key, page.first_left)]
    if not new or sum(len(each.key) for each in new) < LETTERS_OUTSIDE:
        return False
    return sum(each.confidence for each in new) / len(new) >= SURE_OUTSIDE


def _is_elsewhere(key: str, left: Counter[str]) -> bool:
    """Whether the other reading has the word in another region. Short words are no evidence."""
    return len(key) > 2 and left[key] > 0


def _shrink_box(box: Box) -> Box:
    """`box` without its margin, into which letters of neighbouring words may reach."""
    x0, y0, x1, y1 = box
    rim = min(0.15 * (y1 - y0), (x1 - x0) / 4)
    return (x0 + rim, y0 + rim, x1 - rim, y1 - rim)
