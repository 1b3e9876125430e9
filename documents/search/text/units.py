"""Numbers with a unit printed directly behind them: "6кг", "2025г", "500gb". Pure."""

from __future__ import annotations

import re

_UNITS = """
г гг м мм см дм км кг мг гр т ц л мл ч мин сек с шт р руб коп тыс млн млрд мес дн лет год года
чел ед экз стр кв га а б в го му ой ый ая ое ые ых их ти х е я й ю оф каб
"""
#: Units, and endings of ordinal numbers («3го»): the digits before them are digits.
UNITS = frozenset(_UNITS.split())
_NUMBER_AND_UNIT = re.compile(r"([0-9]+)([\u0400-\u04ff]+)")
#: 100mm, 1461v1, 500gb
_NUMBER_AND_LATIN = re.compile(r"([0-9]{2,})([a-z][a-z0-9]*)")


def split_unit(word: str) -> tuple[str, ...]:
    """Split a folded word into a number and its unit; return any other word as it is."""
    found = _NUMBER_AND_UNIT.fullmatch(word)
    if found and not (found[2] in UNITS or len(found[1]) > 1):
        return (word,)
    found = found or _NUMBER_AND_LATIN.fullmatch(word)
    return found.groups() if found else (word,)
