"""Snippets: the few lines of a page around the hits, as HTML of nothing but text and marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import escape

from documents.search.query.highlighter import Hit

#: Approximate characters of a snippet, and of those before the first hit.
LENGTH, LEAD = 240, 60
#: A break within a word.
_WORD_BREAK = re.compile("\u00ad\\n|(?<=[a-zа-яё])[-\u2010]\\n(?=[a-zа-яё])")


def make_snippet(text: str, hits: Sequence[Hit]) -> str:
    """Cut out the place with the most parts of the query, hits in `<mark>`; the beginning of the
    text if there are none."""
    start, end = _choose_window(text, _find_best_start(hits))
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    pieces = ["…" if start > 0 else ""]
    at = start + len(text[start:end]) - len(text[start:end].lstrip())
    for hit in inside:
        pieces += [escape(_join_lines(text[at : hit.start])), "<mark>"]
        pieces += [escape(_join_lines(text[hit.start : hit.end])), "</mark>"]
        at = hit.end
    pieces += [escape(_join_lines(text[at:end])), "…" if end < len(text) else ""]
    return "".join(pieces).strip()


def _find_best_start(hits: Sequence[Hit]) -> int:
    best, best_worth = 0, (0, 0)
    for at, hit in enumerate(hits):
        until = hit.start + LENGTH - LEAD
        within = []
        for other in hits[at : at + 40]:
            if other.end > until:
                break
            within.append(other.part)
        worth = (len(set(within)), len(within))
        if worth > best_worth:
            best, best_worth = hit.start, worth
    return best


def _choose_window(text: str, hit: int) -> tuple[int, int]:
    """Return start and end of a window around the hit, at the boundaries of words."""
    start = max(0, hit - LEAD)
    if start:
        space = max(text.find(" ", start, hit), text.find("\n", start, hit))
        start = space + 1 if space >= 0 else hit
    end = min(len(text), start + LENGTH)
    if end < len(text):
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space if space > hit else end
    return start, end


def _join_lines(text: str) -> str:
    """Put text on one line, with words broken over two lines joined."""
    return _WORD_BREAK.sub("", text).replace("\n", " ").replace("\u00ad", "")
