"""Letters that a scanner takes for each other, folded to what was meant. Pure.

All words here are folded already (small letters, ё as е). What is folded here is the same for the
text and for the question, so that a wrong guess still finds itself.
"""

from __future__ import annotations

import re

#: Latin letters that look like a Cyrillic one, as small or as capital letters.
TO_CYRILLIC = dict(zip("abcehkmoptxy", "авсенкмортху", strict=True))
#: The other way. В is B's twin as a capital only, which is where codes and names have it.
TO_LATIN = {cyrillic: latin for latin, cyrillic in TO_CYRILLIC.items()}
#: In a word that is mostly Cyrillic, these are likely meant, too (italics, poor print).
LESS_LIKE = TO_CYRILLIC | dict(zip("nurigdl", "пигідд1", strict=True)) | {"i": "и", "l": "л"}

_CYRILLIC_DIGITS = {"0": "о", "3": "з", "6": "б"}
_LATIN_DIGITS = {"0": "o", "1": "l"}

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_DIGIT = re.compile("[0-9]")

#: What follows a number directly: then its digits are digits ("6кг", "3го", "2025г").
_UNITS = """
г гг м мм см дм км кг мг гр т ц л мл ч мин сек с шт р руб коп тыс млн млрд мес дн лет год года
чел ед экз стр кв га а б в го му ой ый ая ое ые ых их ти х е я й ю оф каб
"""
UNITS = frozenset(_UNITS.split())
_NUMBER_AND_UNIT = re.compile(r"([0-9]+)([\u0400-\u04ff]+)")
#: 100mm, 1461v1, 500gb
_NUMBER_AND_MORE = re.compile(r"([0-9]{2,})([a-z][a-z0-9]*)")


def is_cyrillic(word: str) -> bool:
    return _CYRILLIC.search(word) is not None


def parted(word: str) -> tuple[str, ...]:
    """A number and the unit that is printed close to it, apart; anything else as it is."""
    found = _NUMBER_AND_UNIT.fullmatch(word)
    if found and not (found[2] in UNITS or len(found[1]) > 1):
        return (word,)
    found = found or _NUMBER_AND_MORE.fullmatch(word)
    return found.groups() if found else (word,)


def one_script(word: str) -> str:
    """The word with all letters of one script, and with letters where digits stand for them."""
    cyrillic = len(_CYRILLIC.findall(word))
    latin = len(_LATIN.findall(word))
    if cyrillic and latin:
        word = _unmixed(word, cyrillic, latin)
    if _DIGIT.search(word) and cyrillic + latin >= 2:
        word = _undigited(word, cyrillic + latin)
    return word


def _unmixed(word: str, cyrillic: int, latin: int) -> str:
    as_cyrillic = all(letter in TO_CYRILLIC for letter in _LATIN.findall(word))
    as_latin = all(letter in TO_LATIN for letter in _CYRILLIC.findall(word))
    if as_cyrillic and (not as_latin or cyrillic >= latin):
        return _mapped(word, TO_CYRILLIC)
    likely = all(letter in LESS_LIKE for letter in _LATIN.findall(word))
    if as_latin and not (likely and cyrillic >= 4 * latin):
        return _mapped(word, TO_LATIN)
    return _mapped(word, LESS_LIKE) if cyrillic >= latin else word


def _undigited(word: str, letters: int) -> str:
    """Digits inside of a word that look like its letters: alone, and few beside the letters."""
    cyrillic = is_cyrillic(word)
    twins = _CYRILLIC_DIGITS if cyrillic else _LATIN_DIGITS
    digits = _DIGIT.findall(word)
    if letters < 2 * len(digits) or (not cyrillic and letters < 4):
        return word
    if any(digit not in twins for digit in digits):
        return word
    for found in _DIGIT.finditer(word):
        at = found.start()
        before, after = word[:at], word[at + 1 :]
        inside = before[-1:].isalpha() and (after[:1].isalpha())
        begins = cyrillic and not before and after[:2].isalpha() and len(after) > 1
        ends = found[0] == "0" and len(before) > 2 and before.isalpha() and not after and cyrillic
        if not (inside or begins or ends):
            return word
    return _mapped(word, twins)


def twin(word: str) -> str | None:
    """The word in the other script, where each of its letters has a twin there («ООО», "COBET")."""
    for twins in (TO_LATIN, TO_CYRILLIC):
        if all(letter in twins for letter in word):
            return _mapped(word, twins)
    return None


#: Codes are compared by these: one for all that look alike, letters or digits.
_SKELETON = str.maketrans(
    {**TO_LATIN, "о": "0", "o": "0", "з": "3", "б": "6", "i": "1", "l": "1", "і": "1"}
)


def skeleton(code: str) -> str:
    """What is left of a code when all that looks alike is one: equal for "R-3О3" and "R-303"."""
    return code.translate(_SKELETON)


def _mapped(word: str, twins: dict[str, str]) -> str:
    return "".join(twins.get(letter, letter) for letter in word)
