"""Which disagreements of two readings are worth a reviewer's attention. Pure.

On a bad scan Tesseract misreads more words than the first engine does, so a difference alone proves
nothing. It counts where Tesseract is sure, where the difference is not of a kind typical of
Tesseract (`misreadings`), and where the place on the page supports it (`room`). The thresholds were
chosen on one half of the ground-truth pages of the samples, with planted errors
(tests/benchmarks/second_reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from documents.text.lookalikes import LOOSE_DIGITS

from .evidence import PageEvidence, find_rests, join_keys
from .misreadings import (
    is_nearly_same,
    is_of_like_letters,
    is_of_wrong_script,
    is_overlooked_part,
    is_sign_for_letter,
)
from .region_match import RegionMatch, WordMatch
from .regions import SeenWord
from .room import has_no_room, is_crowded, is_unprinted
from .word_keys import has_digit, make_key, make_loose_key
from .word_places import WordPlace

#: Confidence that Tesseract needs in a word that replaces another; less in a number, as a wrong
#: digit is the least visible error of a language model.
SURE = 0.8
SURE_OF_DIGITS = 0.5

#: A number so long that, all else being the same, one other digit counts however unsure it is.
LONG_NUMBER = 6

#: Confidence in a letter that the digit in its place does not look like.
SURE_OF_LETTER = 0.2

#: A name of so many signs with a digit in it is no formula; letters that look like two digits.
LONG_NAME = 3
_ALSO_ALIKE = frozenset(["8s", "8g", "6g", "7z"])

#: A number of so many digits that the second reader has nowhere is to be looked at, whatever is
#: printed there.
NUMBER = 2

#: The same, where the first engine's word is on the page elsewhere and the second's is not.
SURE_AGAINST_PAGE = 0.93

#: Confidence in a word that the first engine lacks.
SURE_OF_MORE = 0.75

#: Confidence in words outside all blocks, where specks and rules are read too; and their letters.
SURE_OUTSIDE = 0.8
LETTERS_OUTSIDE = 4

#: What Tesseract loses where it is small or raised: a letter, a letter with its index.
_LONE = re.compile(r"[^\W\d_]\d?")

#: A word that is no part of a formula.
_WORD = re.compile(r"[^\W\d_]{4,}")


def is_swapped(
    matched: RegionMatch, places: Sequence[WordPlace], match: WordMatch, page: PageEvidence
) -> bool:
    """Whether the second reader's word is likely right, and the first's in its place wrong."""
    one, other = join_keys(matched, match)
    if match.opaque or is_nearly_same(one, other):
        return False
    if has_no_room(matched, places, match):
        return True
    text = "".join(token.text for token in matched.tokens[match.i0 : match.i1])
    seen = "".join(each.word.text for each in match.seen)
    if make_key(text) == make_key(seen):  # «4, 7» and «4,7»
        return False
    if is_of_wrong_script(text, seen) or is_overlooked_part(one, other):
        return False
    sure = min(each.confidence for each in match.seen)
    if _contradicts_digit(one, other):
        return sure >= SURE_OF_LETTER
    if is_of_like_letters(one, other) or is_sign_for_letter(text, seen):
        return False
    if any(page.has_second(rest) for rest in find_rests(one, other)):
        return False
    if has_digit(one) and has_digit(other) and _digits_of(one) != _digits_of(other):
        return _differ_in_one(one, other) or sure >= SURE_OF_DIGITS
    if one in page.vouched and other not in page.vouched:
        return sure >= SURE_AGAINST_PAGE
    return sure >= SURE


def _digits_of(word_key: str) -> str:
    return "".join(filter(str.isdigit, word_key))


def _contradicts_digit(one: str, other: str) -> bool:
    """Whether two keys are alike except where the second reader has letters that do not look like
    the digits of the first: POWER3 read as POWERS."""
    if len(one) != len(other) or len(one) < LONG_NAME:
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    pairs = [(a, b) for a, b in pairs if make_loose_key(a) != make_loose_key(b)]
    return bool(pairs) and all(
        a.isdigit() and b in LOOSE_DIGITS and a + b not in _ALSO_ALIKE for a, b in pairs
    )


def _differ_in_one(one: str, other: str) -> bool:
    """Whether two keys of some length have all signs but one in common."""
    pairs = list(zip(one, other, strict=False))
    return len(one) == len(other) >= LONG_NUMBER and sum(a != b for a, b in pairs) == 1


def is_dropped(matched: RegionMatch, match: WordMatch, page: PageEvidence) -> bool:
    """Whether the first engine likely left out what the second saw."""
    if match.opaque:
        return False
    # Parts of a formula stand above and below its line, next to other words.
    formulas = any(token.opaque for token in matched.tokens)
    if formulas and not all(_WORD.fullmatch(each.key) for each in match.seen):
        return False
    if all(page.has_first(each.key) for each in match.seen):
        return False
    return sum(each.confidence for each in match.seen) / len(match.seen) >= SURE_OF_MORE


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
    if any(match.repeated for match in run):
        return True
    if all(map(_LONE.fullmatch, keys)):
        return False
    if all(page.has_second(key) for key in keys) or page.has_second("".join(keys)):
        return False
    if any(len(key) >= NUMBER and key.replace("·", "").isdigit() for key in keys):
        return True  # nobody confirms it, and a wrong one is not seen by reading
    if is_crowded(matched, places, indices, page):
        return True
    if page.ink is None:
        return any(places[i].line >= 0 for i in indices)
    return is_unprinted(matched, places, indices, page, page.ink)


def is_missed_line(line: Sequence[SeenWord], page: PageEvidence) -> bool:
    """Whether words of one line outside all blocks are text that the first engine missed."""
    new = [each for each in line if not page.has_first(each.key)]
    if not new or sum(len(each.key) for each in new) < LETTERS_OUTSIDE:
        return False
    return sum(each.confidence for each in new) / len(new) >= SURE_OUTSIDE
