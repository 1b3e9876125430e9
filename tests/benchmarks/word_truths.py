"""Which words of a reading are right? By the true text, with words as the samples’ scores count."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Sequence

from documents.text.page_layout import PageLayout, Word
from documents.text.word_alignment import Effort, align_words

_QUOTES = re.compile(r"[«»“”„‟\"]")
_DASHES = re.compile(r"[‐-―−]")
_APOSTROPHES = re.compile(r"[‘’`´]")


def judge_words(layout: PageLayout, truth: str) -> list[tuple[Word, bool]]:
    """The layout's words in reading order, each with whether it is right.

    The texts are aligned; what is left over on both sides is compared as a bag, for the truth may
    have another order. Parts of a word that a line's end has broken stand or fall together.
    """
    words = [(word, last) for block in layout.blocks_in_order() for line in block.lines
             for word, last in _with_end(line.words)]  # fmt: skip
    joined: list[tuple[str, list[int]]] = []
    broken = False
    for index, (word, last) in enumerate(words):
        folded = _fold(word.text)
        if broken:
            text, parts = joined[-1]
            joined[-1] = (text + folded, [*parts, index])
        else:
            joined.append((folded, [index]))
        broken = last and len(joined[-1][0]) > 1 and folded.endswith("-")
        if broken:
            joined[-1] = (joined[-1][0][:-1], joined[-1][1])
    right = [False] * len(words)
    for found, (_, parts) in zip(
        _match([text for text, _ in joined], _fold(_join(truth)).split()), joined, strict=True
    ):
        for index in parts:
            right[index] = found
    return [(word, found) for (word, _), found in zip(words, right, strict=True)]


def _match(read: Sequence[str], true: Sequence[str]) -> list[bool]:
    right = [False] * len(read)
    rest_read, rest_true = set(range(len(read))), set(range(len(true)))
    for step in align_words(list(read), list(true), Effort(10**7)) or ():
        if step.same and step.i1 - step.i0 == step.j1 - step.j0:  # else joined or torn apart
            for i, j in zip(range(step.i0, step.i1), range(step.j0, step.j1), strict=True):
                right[i] = True
                rest_read.discard(i)
                rest_true.discard(j)
    left = Counter(true[j] for j in rest_true)
    waiting = deque(sorted(rest_read))
    while waiting:
        index = waiting.popleft()
        if left[read[index]] > 0:
            left[read[index]] -= 1
            right[index] = True
    return right


def _with_end(words: Sequence[Word]) -> list[tuple[Word, bool]]:
    return [(word, number == len(words) - 1) for number, word in enumerate(words)]


def _join(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return re.sub(r"-\s*\n\s*", "", _DASHES.sub("-", text))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    plain = _APOSTROPHES.sub("'", _QUOTES.sub('"', plain))
    return _DASHES.sub("-", plain).casefold()
