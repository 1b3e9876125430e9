"""What Tesseract is known to read otherwise than it is printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .evidence import PageEvidence, find_rests, join_keys
from .region_match import RegionMatch, WordMatch
from .regions import SeenWord
from .word_keys import has_digit, make_key, make_loose_key, single_script

#: Footnote marks and exponents attached to a word, which Tesseract overlooks.
_RAISED = re.compile(r"\d{1,2}")

#: Parts of a word, between signs.
_PARTS = re.compile(r"[^\W_]+")

#: What Tesseract makes of an open letter in words that it doesn't know: e or g of c
#: (or G of C). Not the other way round, which is how «все» and «вес» differ.
_CLOSED = frozenset(["ce", "cg"])

#: Two words of which one covers more of the other than this are one print, read twice.
_OVERLAP = 0.3


def is_nearly_same(one: str, other: str) -> bool:
    """Whether two keys differ only in letters that look like digits, or in a mark inside a number
    that the second reader overlooked."""
    if make_loose_key(one) != make_loose_key(other):
        return False
    return one.replace("·", "") != other.replace("·", "") or "·" not in other


def is_of_wrong_script(text: str, seen: str) -> bool:
    """Whether Tesseract used the wrong model: DHCP read as ОНСР. The letters are others, but about
    as many; of words like «DHCP-сервер» only the parts count that differ."""
    text, seen = _find_difference(text, seen)
    if {single_script(text), single_script(seen)} != {"LATIN", "CYRILLIC"}:
        return False
    return abs(len(text) - len(seen)) <= max(1, len(text) // 4)


def _find_difference(text: str, seen: str) -> tuple[str, str]:
    one, other = _PARTS.findall(text), _PARTS.findall(seen)
    if len(one) != len(other):
        return text, seen
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if make_key(a) != make_key(b)]
    return "".join(a for a, _ in pairs), "".join(b for _, b in pairs)


def is_overlooked_part(one: str, other: str) -> bool:
    """Whether the second reader's key lacks what it overlooks: a raised number, or most letters."""
    if has_digit(other):
        return False
    for rest in find_rests(one, other):
        if _RAISED.fullmatch(rest) or (len(rest) >= len(other) and not has_digit(one)):
            return True
    return False


def is_of_like_letters(one: str, other: str) -> bool:
    """Whether two keys differ only in open letters read as closed ones (dhcpd as dhepd), or in
    letters taken for digits and digits taken for letters (i4 as ia)."""
    if len(one) != len(other):
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return all(a + b in _CLOSED or a.isdigit() != b.isdigit() for a, b in pairs)


def is_sign_for_letter(text: str, seen: str) -> bool:
    """Whether the second reader took signs at a word's ends or in it for letters («!» for «t»)."""
    pattern = "".join(
        re.escape(sign) if sign.isalnum() else "[^\\W\\d_]?" for sign in text.casefold()
    )
    return re.fullmatch(pattern, "".join(_PARTS.findall(seen.casefold()))) is not None


def is_explained(
    matched: RegionMatch,
    run: Sequence[WordMatch],
    beside: Sequence[WordMatch],
    page: PageEvidence,
) -> bool:
    """Whether adjacent words that only the second reader has are print that the first has too.

    `beside`: the matches before and after them. A word torn in two, a bullet or a dash taken for a
    letter, or a word that the second reader has read twice.
    """
    seen = [each for match in run for each in match.seen]
    joined = "".join(each.key for each in seen)
    if len(seen) > 1 and page.has_first_whole(joined):
        return True
    if any(_has_part(matched, match, joined) or _is_twice(match, seen) for match in beside):
        return True
    at = run[0].i0
    return len(joined) == 1 and not all(
        token.key or token.opaque for token in matched.tokens[max(at - 1, 0) : at + 1]
    )


def _is_twice(beside: WordMatch, seen: Sequence[SeenWord]) -> bool:
    """Whether all the words lie on one of those beside."""
    if beside.i0 == beside.i1:
        return False
    return all(any(_overlap(one, other) for other in beside.seen) for one in seen)


def _overlap(one: SeenWord, other: SeenWord) -> bool:
    a, b = one.word.bbox, other.word.bbox
    return all(
        min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])
        > _OVERLAP * min(a[axis + 2] - a[axis], b[axis + 2] - b[axis])
        for axis in (0, 1)
    )


def _has_part(matched: RegionMatch, beside: WordMatch, key: str) -> bool:
    """Whether the words beside, misread by the second reader, have letters left for `key`."""
    if beside.same or beside.i0 == beside.i1 or not beside.seen:
        return False
    one, other = join_keys(matched, beside)
    return len(other) + len(key) <= len(one) + 1
