"""Is this text in a language at all? A small frequency check of words and pairs of letters.

The commonest short words of a language make up a quarter to a half of running text. They are rare
in the result of a recognition in the wrong alphabet and in text of a font with a false encoding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from documents.text.common_words import FUNCTION_WORDS
from documents.text.scripts import is_cyrillic
from ocr_worker.text_layer.word_cache import cache_words

#: The languages (ISO 639-1, and Latin) whose words are known. Text in others is judged by its
#: pairs of letters, text in scripts other than Latin and Cyrillic not at all.
LANGUAGES = tuple(FUNCTION_WORDS)

#: The commonest pairs of letters; a third to a half of all pairs in texts of these alphabets.
_PAIRS = {
    alphabet: frozenset(pairs.split())
    for alphabet, pairs in {
        "cyrillic": (
            "ст но то на ен ни ов по ко ро ра во пр ре не ал го ос ер от те ан ли ка та "
            "ор ет ва ом ти ол ть ел ло ле ри де ес ве ла да за об ки ви со ем ис ия ие "
            "ий ск ит ат ог ма мо ам ми ме ны ых ой ом ой тв нн ин ак ав ас ор ть до ся "
            "тс сл од ед др из им че ча"
        ),
        "latin": (
            "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se "
            "ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur "
            "ta la el ec un di us lo ad em ut tr ct ns pe na ei ie ge da ni ei qu ue os "
            "do"
        ),
    }.items()
}

#: Of a longer text, about this many words are checked.
_ENOUGH_WORDS = 400

#: Fewer letters of a large script tell nothing about their spread.
_ENOUGH_CODES = 12

_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœаеёиоуыэюяієї")
_LETTERS = re.compile(r"[^\W\d_]+")
#: From a word's first letter, digit or underscore to its last.
_CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)


@dataclass(frozen=True)
class Profile:
    """Shares (0 to 1) of a text's words; `words` counts those of two letters or more.

    `clean`: made of letters of one alphabet in an ordinary case pattern. `function`: among the
    common words of the language that has most of them. `pairs`: of the letter pairs, those common
    in their alphabet. `mute`: of the words of four letters or more, those without a vowel.
    `accented`: of the Latin letters, those outside ASCII. `cyrillic`: of all letters. `other`: of
    all letters, those of scripts of which nothing is known here (all but Latin and Cyrillic).
    """

    words: int
    letters: int
    clean: float
    function: float
    pairs: float
    mute: float
    accented: float
    cyrillic: float
    other: float


def is_shifted_alphabet(text: str) -> bool:
    """Whether what looks Chinese or Korean is an alphabet under a false table of codes.

    Those scripts spread over thousands of codes. Letters with a constant added lie within 256, and
    those of UTF-16 with its bytes swapped are 256 apart.
    """
    codes = sorted(ord(ch) for ch in text if "\u3400" <= ch <= "\ud7a3")
    if len(codes) < _ENOUGH_CODES:
        return False
    few = len(codes) // 20
    swapped = sum(code & 0xFF == 0 for code in codes)
    return codes[-1 - few] - codes[few] < 256 or swapped > 0.9 * len(codes)


class _Token(NamedTuple):
    """A word's share in the figures of `Profile`: numbers of letters and pairs, and what it is."""

    is_word: bool
    letters: int
    latin: int
    accented: int
    cyrillic: int
    other: int
    pairs: int
    common: int
    is_clean: bool
    is_long: bool
    is_mute: bool
    languages: tuple[str, ...]


def profile_text(words: Iterable[str]) -> Profile:
    """The figures that distinguish real text from noise; of a long text, from every n-th word."""
    words = list(words)
    words = words[:: max(1, len(words) // _ENOUGH_WORDS)]
    tokens = [token for token in map(_judge, words) if token is not None]
    if not tokens:
        return Profile(*[0] * 2, *[0.0] * 7)
    texts = [token for token in tokens if token.is_word]
    letters, latin, accented, cyrillic, other = (
        sum(counts) for counts in list(zip(*tokens, strict=True))[1:6]
    )
    known = Counter(chain.from_iterable(token.languages for token in texts))
    long = sum(token.is_long for token in texts)
    return Profile(
        words=len(texts),
        letters=letters,
        clean=_share(sum(token.is_clean for token in texts), len(texts)),
        function=_share(max(known.values(), default=0), len(texts)),
        pairs=_share(sum(token.common for token in texts), sum(token.pairs for token in texts)),
        mute=_share(sum(token.is_mute for token in texts), long),
        accented=_share(accented, latin),
        cyrillic=_share(cyrillic, letters),
        other=_share(other, letters),
    )


@cache_words
def _judge(word: str) -> _Token | None:
    """None for a word without letters and digits."""
    found = _CORE.search(word)
    if found is None:
        return None
    token = found[0]
    folded = token.casefold()
    letters = [ch for ch in folded if ch.isalpha()]
    latin = [ch for ch in letters if ch < "\u0250"]
    pairs = common = 0
    for run in _LETTERS.findall(folded):
        known = _PAIRS["cyrillic" if is_cyrillic(run[0]) else "latin"]
        pairs += len(run) - 1
        common += sum(run[i : i + 2] in known for i in range(len(run) - 1))
    count = sum(ch.isalpha() for ch in token)
    is_long = sum(ch.isalpha() for ch in folded) >= 4
    return _Token(
        is_word=count >= 2,
        letters=len(letters),
        latin=len(latin),
        accented=sum(ch > "\x7f" for ch in latin),
        cyrillic=sum(map(is_cyrillic, letters)),
        other=sum(not _is_judged(letter) for letter in letters),
        pairs=pairs,
        common=common,
        is_clean=_is_clean(token),
        is_long=is_long,
        is_mute=is_long and not _VOWELS.intersection(folded),
        languages=tuple(name for name, known in FUNCTION_WORDS.items() if folded in known),
    )


def _is_judged(letter: str) -> bool:
    """Whether the letter is Latin (with its extensions) or Cyrillic."""
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00" or is_cyrillic(letter)


def _is_clean(token: str) -> bool:
    """Whether it has letters of one alphabet (and hyphens, apostrophes) in an ordinary case."""
    parts = [part for part in re.split(r"[-–'’./]", token) if part]
    for part in parts:
        if not part.isalpha():
            return False
        rest = part[1:]
        if not (part.isupper() or rest.islower() or not rest or rest.lower() == rest.upper()):
            return False
        cyrillic = sum(map(is_cyrillic, part))
        if 0 < cyrillic < len(part):
            return False
    return bool(parts)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
