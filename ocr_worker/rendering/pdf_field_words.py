"""Put the words of annotations and form fields where they stand among the words of the page.

Runs only in the child process. Words are lists as in `pdf_text.read_page_text`, their boxes in
points from the top left of the shown page; a field's `box` has been mapped to the same space.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .pdf_annotations import Field

Word = list[Any]
Box = tuple[float, float, float, float]

#: A mark's own glyph in a button, which the mark replaces, has no more characters.
_GLYPHS = 2

#: Words placed between others one by one at most; a page with more keeps them behind its text.
_MOST_PLACED = 2_000


def merge_field_words(
    words: list[Word], added: list[Word], fields: Iterable[tuple[Field, Box]], turn: int
) -> list[Word]:
    """The page's `words` with those that annotations and fields draw, and with the fields' marks.

    `turn`: clockwise degrees by which upright text of the page appears rotated.
    """
    for field, box in fields:
        inside = [word for word in added if _is_in(word, box)]
        if field.mark:
            glyphs = [word for word in inside if len(word[0]) <= _GLYPHS]
            added = [word for word in added if word not in glyphs]
            added.append(_make_word(field.mark, box, turn))
        elif field.value:
            whole = _split_as_typed(inside, field.value)
            if whole is not None:
                at = added.index(inside[0])
                added = [word for word in added if word not in inside]
                added[at:at] = whole
    if len(added) > _MOST_PLACED:
        return words + added
    return _place(words, added)


def _make_word(text: str, box: Box, turn: int) -> Word:
    height = min(box[2] - box[0], box[3] - box[1])
    return [text, *(round(value, 2) for value in box), round(height, 2), turn, False, False, 0]


def _split_as_typed(inside: list[Word], value: str) -> list[Word] | None:
    """The words of a field as in its value, where they are drawn as single letters (comb fields).

    None where they agree already, or where something else than the value is drawn.
    """
    typed = value.split()
    if len(typed) == len(inside) or "".join(word[0] for word in inside) != "".join(typed):
        return None
    if len(typed) > len(inside):
        return None
    whole, parts = [], list(inside)
    for text in typed:
        taken: list[Word] = []
        while parts and sum(len(word[0]) for word in taken) < len(text):
            taken.append(parts.pop(0))
        if "".join(word[0] for word in taken) != text:
            return None
        first = taken[0]
        box = [
            *(min(word[side] for word in taken) for side in (1, 2)),
            *(max(word[side] for word in taken) for side in (3, 4)),
        ]
        whole.append([text, *box, *first[5:]])
    return whole


def _place(words: list[Word], added: list[Word]) -> list[Word]:
    """Insert runs of added words between the two words of a line that they stand between.

    All others follow the page's words: lines are made from the boxes later.
    """
    between: dict[int, list[Word]] = {}
    behind: list[Word] = []
    run: list[Word] = []
    for word in [*added, None]:
        if run and (word is None or not _is_on_line(run[-1], word) or word[1] < run[-1][3]):
            at = _find_gap(words, run)
            if at is None:
                behind += run
            else:
                between.setdefault(at, []).extend(run)
            run = []
        if word is not None:
            run.append(word)
    if not between:
        return words + behind
    placed = []
    for index, word in enumerate(words):
        placed += sorted(between.get(index, ()), key=lambda found: found[1])
        placed.append(word)
    return placed + behind


def _find_gap(words: list[Word], run: list[Word]) -> int | None:
    """The index of the word before which the run stands on its line; None where there is none."""
    if run[0][6]:
        return None
    for index in range(1, len(words)):
        left, right = words[index - 1], words[index]
        if (
            _is_on_line(left, run[0])
            and _is_on_line(right, run[0])
            and _middle(left) <= _middle(run[0])
            and _middle(run[-1]) <= _middle(right)
        ):
            return index
    return None


def _middle(word: Word) -> float:
    return float(word[1] + word[3]) / 2


def _is_on_line(one: Word, other: Word) -> bool:
    overlap = min(one[4], other[4]) - max(one[2], other[2])
    return bool(one[6] == other[6] and overlap >= 0.5 * min(one[4] - one[2], other[4] - other[2]))


def _is_in(word: Word, box: Box) -> bool:
    x, y = (word[1] + word[3]) / 2, (word[2] + word[4]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])
