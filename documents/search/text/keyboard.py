"""Words typed in the wrong keyboard layout: «ljujdjh» for «договор», «ьфлу» for "make". Pure.

The layouts are those of Windows and Linux: US and Russian (ЙЦУКЕН).
"""

from __future__ import annotations

_US = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = dict(zip(_US, _RUSSIAN, strict=True))
_TO_US = dict(zip(_RUSSIAN, _US, strict=True))


def switch_layout(word: str) -> str | None:
    """Return what the keys of `word` type in the other layout, in small letters. None if one of its
    characters is in neither layout, or if it mixes them."""
    word = word.lower()
    for layout in (_TO_RUSSIAN, _TO_US):
        if word and all(letter in layout for letter in word):
            return "".join(layout[letter] for letter in word)
    return None
