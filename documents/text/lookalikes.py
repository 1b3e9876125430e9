"""The one table of letters and digits that look alike in print. Pure.

Everything that folds look-alikes takes its pairs from here:

- `mixed_script` reports words with a letter of the wrong script: only `PRINTED_TWINS` count.
- `ocr_worker.quality.word_keys` compares what two engines read: `TWINS`, then `LOOSE_DIGITS`.
- `documents.search.text.script_folding` makes one term of a word however it was scanned: `TWINS` of
  the Russian alphabet, then `LIKELY_CYRILLIC`, then digits.

All dictionaries map one character to one character. Small letters, unless a name says otherwise.
"""

from __future__ import annotations

#: Cyrillic letters and the Latin ones with the same capitals (В and B, Н and H).
_CAPITALS = dict(zip("АВЕЅІЈКМНОРСТХУ", "ABESIJKMHOPCTXY", strict=True))

#: Those whose small letters look the same, too (а and a, but not в and b).
_SMALL = dict(zip("аеѕіјорсху", "aesijopcxy", strict=True))

#: Certain twins, case-sensitive: Cyrillic to Latin letters that print the same.
PRINTED_TWINS = _CAPITALS | _SMALL

#: Certain twins after case folding, Cyrillic to Latin: alike as small or as capital letters.
TWINS = {cyrillic.lower(): latin.lower() for cyrillic, latin in _CAPITALS.items()}

#: `TWINS` of letters that Russian has. A search folds these in both directions.
RUSSIAN_TO_LATIN = {cyrillic: latin for cyrillic, latin in TWINS.items() if cyrillic not in "ѕіј"}
LATIN_TO_RUSSIAN = {latin: cyrillic for cyrillic, latin in RUSSIAN_TO_LATIN.items()}

#: What a Latin letter in a mostly Cyrillic word likely stands for (italics, poor print): the
#: certain twins, and what a search forgives beyond them.
LIKELY_CYRILLIC = LATIN_TO_RUSSIAN | dict(zip("nuirgdl", "пиигддл", strict=True))

#: Digits that stand for letters inside a word, by the script of the word.
DIGIT_TO_CYRILLIC = {"0": "о", "3": "з", "6": "б"}
DIGIT_TO_LATIN = {"0": "o", "1": "l"}

#: Letters that look like a digit in a code ("R-3О3").
LETTER_TO_DIGIT = {"о": "0", "o": "0", "з": "3", "б": "6", "i": "1", "l": "1", "і": "1"}

#: The letters that an OCR engine takes for digits. More than a search may fold: there, "S1" and
#: "51" are two codes.
LOOSE_DIGITS = LETTER_TO_DIGIT | {"q": "9", "s": "5", "z": "2", "b": "6", "ь": "6", "g": "9"}
