"""Merge two readings of one line, by the languages of two scripts: each word by its own. Pure.

The more confident reading of a word wins where the two see different letters («РеЫап», "Debian").
Where both see the same shapes («сап» and "can", «томов» and "TOMOB") their confidence tells
nothing: common words and the case of the letters decide, then the words beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from documents.text.lookalikes import LIKELY_CYRILLIC
from documents.text.page_layout import Word
from documents.text.scripts import letter_script

#: Lead in confidence from which a reading decides by itself, by the script of the page: English
#: words are frequent in Russian text, Russian ones in English are rare. The confidence that it
#: needs, and what it needs where the other one saw nothing.
_CLEAR = {"CYRILLIC": 0.05, "LATIN": 0.20}
_BELIEVABLE, _NEW = 0.70, 0.85

#: What letters in no ordinary case, or mixed with digits and signs, take off a reading; what it
#: adds to a reading that all its words are common in its languages.
_ODD, _COMMON = 0.10, 0.12

#: Where both see the same shapes: the confidence from which the second reading decides
#: nevertheless. Lead of a reading with the same figures and other signs.
_SURE = 0.92
_SAME_FIGURES = 0.10

#: Readings of which this share of the letters has one shape see the same.
_SAME_SHAPE = 0.85

#: The Cyrillic letters that print like a Latin letter or a digit, beyond the likely ones: in poor
#: print, in italics, as capitals or small letters.
_MORE_SHAPES = {
    "v": "у", "h": "ни", "b": "ь", "m": "т", "w": "ш", "u": "ц", "0": "о", "3": "з", "6": "б",
    "q": "д", "l": "1", "i": "1", "|": "1", "!": "1", "и": "н",
}  # fmt: skip

_ORDINARY = re.compile(r"\W*(?:[^\W\d_]?[^\W\d_A-ZА-ЯЁ]*|[A-ZА-ЯЁ]+|[\d.,:]+)\W*")
_PARTS = re.compile(r"[-–/.'’]")
_CORE = re.compile(r"\w.*\w|\w")


@dataclass(frozen=True)
class Reader:
    """The languages of one reading: their `script` (LATIN, CYRILLIC) and `common` words."""

    script: str
    common: frozenset[str]


@dataclass(frozen=True)
class _Place:
    """A part of the line, and the words of both readings there."""

    first: tuple[Word, ...]
    second: tuple[Word, ...]


def merge_line(
    first: Sequence[Word],
    second: Sequence[Word],
    readers: tuple[Reader, Reader],
    neighbours: tuple[str, str],
) -> list[Word]:
    """The words of a line from left to right.

    `readers`: of the first reading, whose script the page has, and of the second. `neighbours`: the
    scripts of the words left and right of these; "" for none.
    """
    places = [_Place(*pair) for pair in _align(first, second)]
    decided = [_decide(place, readers) for place in places]
    words: list[Word] = []
    left = neighbours[0]
    for index, place in enumerate(places):
        choice = decided[index]
        if choice is None:
            later = (k for k in range(index + 1, len(places)) if decided[k] is not None)
            scripts = (find_script(_choose(places[k], bool(decided[k]))) for k in later)
            right = next((script for script in scripts if script), neighbours[1])
            beside = [script for script in (left, right) if script]
            choice = bool(beside) and all(script == readers[1].script for script in beside)
        chosen = _choose(place, choice)
        words += chosen
        left = find_script(chosen) or left
    return words


def find_script(words: Sequence[Word]) -> str:
    """The script of most letters of `words`: LATIN, CYRILLIC; "" for words without letters."""
    scripts = [letter_script(ch) for word in words for ch in word.text if ch.isalpha()]
    return max(("LATIN", "CYRILLIC"), key=scripts.count) if scripts else ""


def _choose(place: _Place, second: bool) -> tuple[Word, ...]:
    if not second and [w.text for w in place.first] == [w.text for w in place.second]:
        return tuple(
            Word(one.text, one.bbox, max(one.confidence or 0.0, other.confidence or 0.0))
            for one, other in zip(place.first, place.second, strict=True)
        )
    return place.second if second else place.first


def _decide(place: _Place, readers: tuple[Reader, Reader]) -> bool | None:
    """Whether the second reading is right here; None where only the neighbours can tell."""
    worth = _judge(place.second, readers[1])
    if find_script(place.second) != readers[1].script:
        return _have_same_figures(place) and worth >= _judge(place.first, readers[0]) + (
            _SAME_FIGURES
        )
    if readers[1].script == "LATIN" and any(map(_is_disguised, place.second)):
        return False
    if not place.first:
        return worth >= _NEW
    least = _judge(place.first, readers[0]) + _CLEAR[readers[0].script]
    if _see_the_same(place):
        alike = _decide_alike(place, readers)
        if alike is not None or worth < _SURE or worth < least:
            return alike
    return worth >= max(least, _BELIEVABLE)


def _decide_alike(place: _Place, readers: tuple[Reader, Reader]) -> bool | None:
    both = (place.first, place.second)
    odd = [any(is_odd(word.text) for word in words) for words in both]
    if odd[0] != odd[1]:
        return odd[0]
    common = [
        all(_core(word) in reader.common for word in words)
        for words, reader in zip(both, readers, strict=True)
    ]
    if common[0] != common[1]:
        return common[1]
    by_script = dict(zip((one.script for one in readers), both, strict=True))
    small, capitals = by_script.get("CYRILLIC", ()), by_script.get("LATIN", ())
    if all(w.text.islower() for w in small) and any(_has_capitals(w.text) for w in capitals):
        # Small Cyrillic letters print like Latin capitals (томов, TOMOB), not the other way round.
        return readers[1].script == "CYRILLIC"
    return None


def _have_same_figures(place: _Place) -> bool:
    one, other = (
        [re.sub(r"\W", "", word.text) for word in words] for words in (place.first, place.second)
    )
    return one == other and any(text.isdigit() for text in one)


def _is_disguised(word: Word) -> bool:
    """Whether a Latin reading is Cyrillic letters in the wrong alphabet: "MicbKa", "KieBa"."""
    letters = [ch for ch in word.text.casefold() if ch.isalpha()]
    if any(ch.isdigit() for ch in word.text):
        return False
    return is_odd(word.text) and all(_shapes(ch) != {ch} for ch in letters)


def _has_capitals(text: str) -> bool:
    return any(ch.isupper() for ch in text[1:])


def _see_the_same(place: _Place) -> bool:
    one, other = (
        "".join(word.text for word in words).casefold() for words in (place.first, place.second)
    )
    if abs(len(one) - len(other)) > len(one) // 4:
        return False
    same = sum(bool(_shapes(a) & _shapes(b)) for a, b in zip(one, other, strict=False))
    return same >= _SAME_SHAPE * max(len(one), len(other))


def _shapes(letter: str) -> set[str]:
    return {letter, LIKELY_CYRILLIC.get(letter, letter), *_MORE_SHAPES.get(letter, "")}


def _align(
    first: Sequence[Word], second: Sequence[Word]
) -> list[tuple[tuple[Word, ...], tuple[Word, ...]]]:
    """The words of both that lie in the same places, from left to right."""
    words = [(word, 0) for word in first] + [(word, 1) for word in second]
    words.sort(key=lambda one: one[0].bbox[0])
    groups: list[list[tuple[Word, int]]] = []
    for word, source in words:
        touching = [
            group
            for group in groups
            if any(_overlap(word, other) for other, from_where in group if from_where != source)
        ]
        joined = [one for group in touching for one in group]
        groups = [group for group in groups if group not in touching]
        groups.append([*joined, (word, source)])
    groups.sort(key=lambda group: min(word.bbox[0] for word, _ in group))
    return [
        (
            tuple(word for word, source in group if source == 0),
            tuple(word for word, source in group if source == 1),
        )
        for group in groups
    ]


def _overlap(one: Word, other: Word) -> bool:
    left, right = max(one.bbox[0], other.bbox[0]), min(one.bbox[2], other.bbox[2])
    narrow = min(one.bbox[2] - one.bbox[0], other.bbox[2] - other.bbox[0])
    return right - left > 0.5 * narrow


def _judge(words: Sequence[Word], reader: Reader) -> float:
    """How sure a reading is of `words`, 0 to about 1; by their letters."""
    total = letters = 0.0
    for word in words:
        worth = (word.confidence or 0.0) - (_ODD if is_odd(word.text) else 0.0)
        total += worth * len(word.text)
        letters += len(word.text)
    if not letters:
        return 0.0
    bonus = _COMMON if all(_core(word) in reader.common for word in words) else 0.0
    return total / letters + bonus


def _core(word: Word) -> str:
    found = _CORE.search(word.text)
    return found[0].casefold() if found else ""


def is_odd(text: str) -> bool:
    """Whether it has letters in no ordinary case, or digits and signs among letters."""
    if not any(ch.isalpha() for ch in text):
        return False
    return not all(_ORDINARY.fullmatch(part) for part in _PARTS.split(text) if part)
