"""Is this a word of a language read here? From the word lists in Tesseract's own language data.

`traineddata` holds, for its own recogniser, some 300,000 words of a language (forms, not lemmas,
and the commonest names) as a graph of letters. Reading it costs 30 ms a language and 3.5 MB; a word
not seen before 0.02 ms. Formats:
Tesseract 5, `src/ccutil/tessdatamanager.cpp` (the table of parts) and `src/dict/dawg.h`,
`SquishedDawg` (edges of 64 bits).
"""

from __future__ import annotations

import struct
from array import array
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from documents.errors import EngineUnavailable

from . import tessdata

#: Parts of a `traineddata` file: the recogniser's words and the letters that they are made of.
_WORDS, _LETTERS = 19, 21

_MAGIC = 42
_MOST_PARTS = 100

#: Flags of an edge: the last of its node; a word may end here.
_LAST, _END = 1, 4


class WordList:
    """The words of one language."""

    def __init__(self, letters: dict[str, int], edges: array[int]) -> None:
        self._letters, self._edges = letters, edges
        bits = max((len(letters) - 1).bit_length(), 1)
        self._flags, self._next = bits, bits + 3
        self._mask = (1 << bits) - 1

    @classmethod
    def load(cls, path: Path) -> WordList | None:
        """The words of a `traineddata` file; None where it has none or can't be understood."""
        try:
            return cls._parse(path.read_bytes())
        except (OSError, ValueError, struct.error, UnicodeDecodeError):
            return None

    @classmethod
    def _parse(cls, data: bytes) -> WordList | None:
        (count,) = struct.unpack_from("<i", data)
        if not 0 < count <= _MOST_PARTS:
            return None
        starts = struct.unpack_from(f"<{count}q", data, 4)
        ends = sorted([*(start for start in starts if start >= 0), len(data)])

        def part(number: int) -> bytes:
            if number >= count or starts[number] < 0:
                return b""
            start = starts[number]
            return data[start : next((end for end in ends if end > start), start)]

        words, letters = part(_WORDS), part(_LETTERS).decode("utf-8").splitlines()
        if not words or not letters:
            return None
        magic, size, number = struct.unpack_from("<hii", words)
        if magic != _MAGIC or size > len(letters):
            return None
        edges: array[int] = array("Q")
        edges.frombytes(words[10 : 10 + 8 * number])
        ids = {line.split(" ", 1)[0]: index for index, line in enumerate(letters[1 : size + 1])}
        return cls(ids, edges) if len(edges) == number else None

    def __contains__(self, word: str) -> bool:
        """Whether the list has `word`, written so."""
        node = 0
        last = len(word) - 1
        for index, letter in enumerate(word):
            wanted = self._letters.get(letter)
            if wanted is None:
                return False
            edge = self._find(node, wanted)
            if edge is None:
                return False
            if index == last:
                return bool(edge >> self._flags & _END)
            node = edge >> self._next
            if node == 0:
                return False
        return False

    def _find(self, node: int, letter: int) -> int | None:
        while node < len(self._edges):
            edge = self._edges[node]
            if edge & self._mask == letter:
                return edge
            if edge >> self._flags & _LAST:
                return None
            node += 1
        return None


def is_known_word(word: str) -> bool | None:
    """Whether a language that this machine reads (OCRSITE_LANGUAGES) has `word`, a run of letters,
    in whatever case. None where no word list is installed."""
    lists = _word_lists(settings.OCRSITE_LANGUAGES)
    return _is_in(lists, word) if lists else None


@lru_cache(maxsize=20_000)
def _is_in(lists: tuple[WordList, ...], word: str) -> bool:
    forms = dict.fromkeys((word.lower(), word, word.capitalize(), word.upper()))
    return any(form in words for words in lists for form in forms)


@lru_cache(maxsize=4)
def _word_lists(languages: str) -> tuple[WordList, ...]:
    codes = [code for code in languages.split("+") if code]
    try:
        directory = tessdata.find_data_directory(codes)
    except EngineUnavailable:
        return ()
    found = (WordList.load(directory / f"{code}.traineddata") for code in codes)
    return tuple(words for words in found if words is not None)
