"""Which words of a trusted layer should be held against the page before they are believed? Pure.

A layer may say something else than the page shows: letters shifted or shuffled by a false table, a
wrong code page, signs or boxes for letters. Such words have none of the letter pairs of a language.
Codes, units and names have few as well; so these figures only raise a doubt, and the page decides
(`ocr_worker.layer_sample`). Over 71 pages of true layers the share of common pairs is 0.42 or more;
over the lies tried 0.15 or less.
"""

from __future__ import annotations

from collections.abc import Sequence

from documents.text.scripts import letter_script
from ocr_worker.rendering import LayerWord, TextLayer
from ocr_worker.text_layer.extract import select_trusted_words
from ocr_worker.text_layer.language_check import profile_text
from ocr_worker.text_layer.word_cache import cache_words

#: Words judged together: a lie may be that of one font only.
_PART = 40

#: Shares of common pairs, and of clean words, below which a part is doubtful. A part of few letters
#: is judged by the lower one: names and titles are of odd letters.
_PAIRS = 0.4
_PAIRS_OF_PART = 0.25
_CLEAN = 0.5

#: Letters among a part's signs below which it is doubtful.
_LETTERS = 0.25

#: A part with fewer letters and digits says nothing.
_ENOUGH = 8


def find_doubtful_words(layer: TextLayer) -> tuple[LayerWord, ...]:
    """The words, in the layer's order, that are doubtful; none for most pages. All that the file
    states beside what it draws are.

    Text in scripts other than Latin and Cyrillic can't be judged by its pairs: where most of a page
    is such, all of that is doubtful. A false table makes Hangul of Russian as easily as Latin.
    """
    words = [word for word in select_trusted_words(layer) if word.text]
    foreign = [word for word in words if is_foreign(word.text)]
    if len(foreign) * 2 > len(words):
        return tuple(foreign)
    if foreign:
        words = [word for word in words if not is_foreign(word.text)]
    if not words:
        return ()
    if _is_doubtful(words, _PAIRS):
        return tuple(words)
    stated = sum(len(word.text) for word in words if word.stated) >= _ENOUGH
    parts = (words[start : start + _PART] for start in range(0, len(words), _PART))
    return tuple(
        word
        for part in parts
        for doubtful in [_is_doubtful(part, _PAIRS_OF_PART)]
        for word in part
        if doubtful or (stated and word.stated)
    )


def _is_doubtful(words: Sequence[LayerWord], least_pairs: float) -> bool:
    counts = [_count_signs(word.text) for word in words]
    signs, letters, _, digits = map(sum, zip(*counts, strict=True))
    if signs < _ENOUGH:
        return False
    if letters < _LETTERS * signs:
        # Figures are true more often than not; other signs for letters never are.
        return digits < 0.75 * signs
    found = profile_text(word.text for word in words)
    if found.words == 0:
        return False
    return found.pairs < least_pairs or found.clean < _CLEAN


def is_foreign(text: str) -> bool:
    """Whether most letters of a word are neither Latin nor Cyrillic."""
    _, letters, foreign, _ = _count_signs(text)
    return foreign * 2 > letters


@cache_words
def _count_signs(text: str) -> tuple[int, int, int, int]:
    """Of a word: its signs, and among them letters, letters neither Latin nor Cyrillic, digits.

    None of a bullet, a tick or a row of dots, as in a table of contents.
    """
    if not text[0].isalnum() and (
        len(text) == 1 or (len(set(text)) == 1 and text[0] in "._-–—…·*=")
    ):
        return 0, 0, 0, 0
    letters = [ch for ch in text if ch.isalpha()]
    foreign = sum(letter_script(ch) not in ("LATIN", "CYRILLIC") for ch in letters)
    return len(text), len(letters), foreign, sum(ch.isdigit() for ch in text)
