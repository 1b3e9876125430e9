"""What changed between two texts, word by word, for a person to look at. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.text.word_alignment import Effort, find_changes


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is `same`, `gone` (only the first text has it) or `new` (only the
    second). `text` includes the white space that follows it."""

    kind: str
    text: str


def diff_texts(one: str, other: str) -> Iterator[Piece]:
    """Both texts as one, in order: what is the same, what was removed, what was added."""
    old, new = _split_words(one), _split_words(other)
    stripped = [word.strip() for word in old], [word.strip() for word in new]
    for step in find_changes(*stripped, Effort()):
        if step.same:
            yield Piece("same", "".join(new[step.j0 : step.j1]))
            continue
        if step.i1 > step.i0:
            yield Piece("gone", "".join(old[step.i0 : step.i1]))
        if step.j1 > step.j0:
            yield Piece("new", "".join(new[step.j0 : step.j1]))


def _split_words(text: str) -> list[str]:
    """Words, each with the white space behind it."""
    return re.findall(r"\S+\s*", text)
