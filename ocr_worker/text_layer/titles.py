"""Which rows of a page with text are titles: short, alone in their row, larger or bolder than what
most of the page is set in. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from documents.text.page_layout import Box
from ocr_worker.rendering import LayerWord

#: Type larger by this factor stands out; from the second on it is the title of a document or of a
#: chapter. The height of a row depends on its letters, so less says nothing.
_LARGER, _MUCH_LARGER = 1.25, 1.6

#: Bold stands out where at most this share of the page's letters is bold.
_MOST_BOLD = 0.4

#: Rows and characters of a title at most, and the share of letters among them, at least.
_MOST_ROWS, _MOST_CHARACTERS, _LETTERS = 4, 250, 0.55

#: A row in the middle of a paragraph is no title: that before it reaches this share of the width.
_FULL = 0.85

#: Where more of the rows would be titles, emphasis means something else.
_MOST_TITLES = 0.5

_NUMBER = re.compile(
    r"(?:(?:\d+|[IVXLC]+|[a-zа-я])[.)]\s*)+|\d+(?:\.\d+)*\s|§\s*\d+", re.IGNORECASE
)
_ENDS, _QUOTES = frozenset(".!?:;,…"), frozenset("«“„\"'")


@dataclass(frozen=True)
class TitleRow:
    """A row of a column: its words from the left, its box and type size in points. `segments`: of
    how many parts with wide gaps between them it consists."""

    words: Sequence[LayerWord]
    bbox: Box
    size: float
    segments: int

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Body:
    """What most of the page is set in."""

    def __init__(self, words: Iterable[LayerWord]) -> None:
        letters: Counter[float] = Counter()
        bold = unseen = 0
        for word in words:
            count = _count_letters(word.text)
            letters[round(word.size * 2) / 2] += count
            bold += count * word.bold
            unseen += count * word.invisible
        total = sum(letters.values())
        self.size = _find_median(letters, total)
        self.is_bold = bold > _MOST_BOLD * total
        #: A recognition's layer under a picture: the sizes of its type are guessed.
        self.is_recognised = 2 * unseen > total

    def stands_out(self, row: TitleRow) -> bool:
        """Whether the whole row is set larger or bolder."""
        if self.size and row.size >= _LARGER * self.size:
            return True
        bold = [word.bold for word in row.words if _count_letters(word.text)]
        return not self.is_bold and bool(bold) and all(bold)


def find_titles(rows: Sequence[TitleRow], body: Body) -> dict[int, tuple[int, str]]:
    """The rows (of one column, from the top) that belong to titles: for the index of each, the
    first row of its title and the title's label."""
    if not rows or body.is_recognised:
        return {}
    left, right = min(row.bbox[0] for row in rows), max(row.bbox[2] for row in rows)
    found: dict[int, tuple[int, str]] = {}
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and _goes_on(rows, index, end, body):
            end += 1
        label = _label(rows, index, end, left + _FULL * (right - left), body)
        found |= dict.fromkeys(range(index, end), (index, label)) if label else {}
        index = max(end, index + 1)
    return found if len(found) <= max(_MOST_TITLES * len(rows), 1) else {}


def _goes_on(rows: Sequence[TitleRow], first: int, index: int, body: Body) -> bool:
    row = rows[index]
    if not body.stands_out(row):
        return False
    if index == first:
        return True
    above = rows[index - 1]
    larger, smaller = max(above.size, row.size), min(above.size, row.size)
    return (
        larger < _LARGER * smaller
        and row.bbox[1] - above.bbox[3] < 0.8 * larger
        and _NUMBER.match(row.text) is None
    )


def _label(rows: Sequence[TitleRow], first: int, end: int, full: float, body: Body) -> str | None:
    """The label of what stands out from row `first` to `end`; None where it is no title."""
    title = rows[first:end]
    if not 0 < len(title) <= _MOST_ROWS or any(row.segments > 1 for row in title):
        return None
    text = " ".join(row.text for row in title)
    number = _NUMBER.match(text)
    rest = text[number.end() :] if number else text
    solid = rest.replace(" ", "")
    if len(text) > _MOST_CHARACTERS or _count_letters(solid) < max(_LETTERS * len(solid), 3):
        return None
    if not (rest[0].isupper() or rest[0].isdigit() or rest[0] in _QUOTES):
        return None
    if rest[-1] in _ENDS and number is None:
        return None
    before = rows[first - 1] if first else None
    if (
        before is not None
        and before.segments == 1
        and not body.stands_out(before)
        and before.bbox[2] > full
        and before.text[-1] not in _ENDS
    ):
        return None
    large = body.size and max(row.size for row in title) >= _MUCH_LARGER * body.size
    return "doc_title" if large else "paragraph_title"


def _count_letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _find_median(counts: Counter[float], total: int) -> float:
    left = total / 2
    for size in sorted(counts):
        left -= counts[size]
        if left <= 0:
            return size
    return 0.0
