"""The few lines of a page that answer a question, as HTML that holds nothing but text and marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import escape

from documents.search.query.highlighter import Hit

#: Characters of a snippet, about; how much of them may stand before the first hit.
LENGTH, BEFORE = 240, 60
#: Where a word goes on in the next line.
_BROKEN = re.compile("\u00ad\\n|(?<=[a-zа-яё])[-\u2010]\\n(?=[a-zа-яё])")


def snippet(text: str, hits: Sequence[Hit]) -> str:
    """The place with the most of the question's parts, hits in `<mark>`; the beginning of the text
    where there are none."""
    start = _best_start(hits)
    start, end = _window(text, start)
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    pieces = ["…" if start > 0 else ""]
    at = start + len(text[start:end]) - len(text[start:end].lstrip())
    for hit in inside:
        pieces += [escape(_flat(text[at : hit.start])), "<mark>"]
        pieces += [escape(_flat(text[hit.start : hit.end])), "</mark>"]
        at = hit.end
    pieces += [escape(_flat(text[at:end])), "…" if end < len(text) else ""]
    return "".join(pieces).strip()


def _best_start(hits: Sequence[Hit]) -> int:
    best, best_worth = 0, (0, 0)
    for at, hit in enumerate(hits):
        until = hit.start + LENGTH - BEFORE
        within = []
        for other in hits[at : at + 40]:
            if other.end > until:
                break
            within.append(other.part)
        worth = (len(set(within)), len(within))
        if worth > best_worth:
            best, best_worth = hit.start, worth
    return best


def _window(text: str, hit: int) -> tuple[int, int]:
    """From before the hit, at the beginning of a word, to after it, at the end of one."""
    start = max(0, hit - BEFORE)
    if start:
        space = max(text.find(" ", start, hit), text.find("\n", start, hit))
        start = space + 1 if space >= 0 else hit
    end = min(len(text), start + LENGTH)
    if end < len(text):
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space if space > hit else end
    return start, end


def _flat(text: str) -> str:
    """On one line; a word broken over two lines whole."""
    return _BROKEN.sub("", text).replace("\n", " ").replace("\u00ad", "")
