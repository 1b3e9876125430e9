"""The encoding of a plain text: by its mark, by UTF-8's own pattern, or guessed from its letters.

Files of old programs do not say theirs. Of the one-byte encodings of Russian, and that of Western
Europe, the one is taken in which the bytes make the likeliest pairs of letters. Pure.
"""

from __future__ import annotations

import codecs
import itertools
import re

#: Bytes that a guess looks at.
SAMPLE_BYTES = 64 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_RUSSIAN = ("cp1251", "koi8-r", "cp866", "iso8859-5")
_WESTERN = "cp1252"

#: All that a text may be taken for.
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", *_RUSSIAN, _WESTERN,
)  # fmt: skip

#: The commonest pairs of letters in Russian and Ukrainian texts; they make about half of all.
_PAIRS = frozenset(
    [
        "ст",
        "но",
        "то",
        "на",
        "ен",
        "ов",
        "ни",
        "ра",
        "во",
        "ко",
        "ал",
        "ли",
        "по",
        "ре",
        "ос",
        "пр",
        "ер",
        "ро",
        "не",
        "ка",
        "ор",
        "ти",
        "та",
        "го",
        "от",
        "ел",
        "ат",
        "ол",
        "ть",
        "од",
        "ом",
        "ан",
        "ес",
        "ет",
        "ло",
        "де",
        "ле",
        "се",
        "са",
        "ве",
        "ла",
        "ме",
        "ри",
        "ви",
        "те",
        "ми",
        "за",
        "да",
        "ки",
        "об",
        "до",
        "ть",
        "ия",
        "ии",
        "ие",
        "ый",
        "ой",
        "ая",
        "ое",
        "ых",
        "ог",
        "им",
        "ру",
        "из",
        "ле",
        "ис",
        "ма",
        "че",
        "бы",
        "ше",
        "жи",
        "чт",
        "ак",
        "эт",
        "ил",
        "ны",
        "ит",
        "ас",
        "ва",
        "бо",
        "ин",
        "ед",
        "ар",
        "ст",
        "тр",
        "ск",
        "ль",
        "ся",
        "ей",
        "ди",
        "ци",
        "мо",
        "су",
        "хо",
        "уд",
        "мы",
        "ці",
        "ої",
        "ії",
        "ть",
        "ує",
        "ся",
        "ві",
        "ли",
        "ня",
        "ий",
        "на",
    ]
)

#: Control characters that no text has (tab, line feed, form feed, return and escape are left out).
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_WORD = re.compile(r"[^\W\d_]+")


def guess_encoding(data: bytes) -> str | None:
    """Python's name of the encoding of `data`, the beginning of a file; None: it is no text."""
    sample = data[:SAMPLE_BYTES]
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if (wide := _guess_utf16(sample)) is not None:
        return wide
    if _CONTROLS.search(sample):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # a letter may be cut at the end
        return "utf-8"
    except UnicodeDecodeError:
        pass
    best = max((*_RUSSIAN, _WESTERN), key=lambda name: _score(sample, name))
    return best if _score(sample, best) > 0 else None


def decode_text(data: bytes) -> str:
    """The text, with line feeds only at the ends of lines; what can't be decoded becomes U+FFFD."""
    text = data.decode(guess_encoding(data) or _WESTERN, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _guess_utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark: every second byte is one of very few (Latin 0, Cyrillic 4)."""
    even, odd = sample[0::2], sample[1::2]
    if len(odd) < 4:
        return None
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        blocks = sum(high.count(block) for block in (0, 4))
        if blocks > 0.9 * len(high) and low.count(0) < 0.1 * len(low):
            return name
    return None


def _score(sample: bytes, encoding: str) -> float:
    """How likely the text is, per letter that is not ASCII; 0 or less: not at all."""
    text = sample.decode(encoding, "replace")
    letters = likely = odd = 0
    for match in _WORD.finditer(text):
        word = match[0]
        foreign = sum(not character.isascii() for character in word)
        if not foreign:
            continue
        letters += foreign
        small = word.casefold()
        likely += sum(small[i : i + 2] in _PAIRS for i in range(len(small) - 1))
        # One encoding's small letters are another's capitals; scripts do not mix within a word.
        odd += sum(a.islower() and b.isupper() for a, b in itertools.pairwise(word))
        if encoding != _WESTERN:
            odd += sum(character.isascii() for character in word)
    strange = sum(not character.isascii() and not character.isalpha() for character in text)
    strange -= sum(text.count(mark) for mark in "«»№—–“”„…’‘€°§©\xa0")
    if encoding == _WESTERN:
        # A few letters with accents between plain ones.
        plain = sum(character.isascii() and character.isalpha() for character in text)
        return (0.3 if plain > 3 * letters else -1.0) - (strange + odd) / max(letters, 1)
    foreign = sum(not character.isascii() for character in text)
    return (likely + 0.01 * letters - odd - 2 * strange) / max(foreign, 1)
