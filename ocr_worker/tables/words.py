"""The words of a page in the cells of a table, and the block that they make. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from documents.text.page_layout import Block, Box, Line, Word, bounding_box, mean_confidence
from documents.text.tables import (
    MOST_SPANNED,
    Cell,
    cells_to_html,
    rows_to_markdown,
    spread_cells,
)

from .grid import Grid
from .grid_cells import GridCell

#: px at 200 dpi: a sign without letters that is so near a rule is the rule.
_ON_RULE = 6.0

#: px at 200 dpi: a word that ends so near a rule down the page may hold a part of it.
_BESIDE_RULE = 12.0

#: What an engine makes of rules that it takes for letters.
_RULE_SIGNS = "|[]{}_—–-=~/\\!¦'`\"‘’“”.,:;°•*<>«»"
_BARS = "|¦"

#: At the end and the beginning of a word that ends at a rule these are the rule, where they have no
#: counterpart.
_CLOSING, _OPENING = {")": "(", "]": "[", "}": "{"}, {"(": ")", "[": "]", "{": "}"}

#: A sign read with less certainty inside the width of another word, and over or under it by at most
#: this share of its height, is a mark of one of its letters: what is over й and ё, below a comma.
_MARK, _ABOVE = 0.6, 0.4

#: A word reaches into the next cell from this share of its height beyond the rule.
_REACHES = 0.6

#: Words stand on one line where their middles differ by less than this share of their height.
_ONE_LINE = 0.5


#: In a frame around columns of text, and in a form, most words are in cells of more lines.
_COLUMN_LINES = 25


@dataclass(frozen=True)
class Placed:
    """The words of each cell, by its index. `torn`: words that reach over several cells, with the
    indices of these, first that of the word's middle; they are in none of `words`."""

    words: tuple[tuple[Word, ...], ...]
    torn: tuple[tuple[Word, tuple[int, ...]], ...] = ()


def place_read_words(grid: Grid, words: Iterable[Word]) -> Placed:
    """`words`: those that were read in the table, boxes in px of the page. What an engine makes of
    rules, and of marks over and under letters, is left out."""
    seen = (word for word in words if not _is_rule(grid, word.text, straight_box(grid, word.bbox)))
    placed = place_words(grid, seen)
    found: list[list[Word]] = [[] for _ in grid.cells]
    for index, group in enumerate(placed.words):
        for word in group:
            box = straight_box(grid, word.bbox)
            text = _take_off_rules(grid, word.text.strip(_BARS), box)
            if text:
                found[index].append(word if text == word.text else replace(word, text=text))
    return Placed(tuple(tuple(_drop_marks(group)) for group in found), placed.torn)


def place_words(grid: Grid, words: Iterable[Word]) -> Placed:
    """`words`: those of the page that lie in the table, boxes in px of the page."""
    found: list[list[Word]] = [[] for _ in grid.cells]
    torn: list[tuple[Word, tuple[int, ...]]] = []
    bands = _Bands(grid.cells)
    for word in words:
        touched = bands.find_cells(straight_box(grid, word.bbox))
        if len(touched) == 1:
            found[touched[0]].append(word)
        elif touched:
            torn.append((word, tuple(touched)))
    return Placed(tuple(map(tuple, found)), tuple(torn))


def _take_off_rules(grid: Grid, text: str, box: Box) -> str:
    """`text` without a bracket at its end, or beginning, that is the rule beside it."""
    reach = _BESIDE_RULE * grid.unit

    def is_at_rule(x: float) -> bool:
        y = _middle(box)
        return any(x0 - reach <= x <= x1 + reach and y0 <= y <= y1 for x0, y0, x1, y1 in grid.rules)

    if len(text) > 1 and _CLOSING.get(text[-1], text[-1]) not in text and is_at_rule(box[2]):
        text = text[:-1]
    if len(text) > 1 and _OPENING.get(text[0], text[0]) not in text and is_at_rule(box[0]):
        text = text[1:]
    return text


def _drop_marks(words: Sequence[Word]) -> list[Word]:
    """The words of a cell without the marks of letters that were read as words."""
    whole = [word.bbox for word in words if any(map(str.isalnum, word.text))]

    def is_mark(word: Word) -> bool:
        if (word.confidence or 0.0) >= _MARK or any(map(str.isalnum, word.text)):
            return False
        x0, y0, x1, y1 = word.bbox
        return any(
            left <= x0
            and x1 <= right
            and top - _ABOVE * (below - top) <= y0
            and y1 <= below + _ABOVE * (below - top)
            for left, top, right, below in whole
        )

    return [word for word in words if not is_mark(word)]


def build_table(grid: Grid, words: Sequence[Sequence[Word]]) -> Block:
    """The table as a block without id and order; `words`: those of each cell, by its index."""
    lines = [make_lines(grid, group) for group in words]
    rows: list[list[Cell]] = [[] for _ in range(max(cell.row for cell in grid.cells) + 1)]
    texts: list[list[str]] = [[] for _ in rows]
    ordered: list[Line] = []
    for index in reading_order(grid.cells):
        cell, text = grid.cells[index], [line.text for line in lines[index]]
        spans = min(cell.colspan, MOST_SPANNED), min(cell.rowspan, MOST_SPANNED)
        rows[cell.row].append(Cell("\n".join(text), *spans))
        texts[cell.row].append(_join_text(text))
        ordered += lines[index]
    inside = [word for group in words for word in group]
    return Block(
        id="",
        label="table",
        bbox=grid.box_on_page(grid.box),
        order=None,
        text="\n".join(line for row in texts if (line := "\t".join(row).strip("\t"))),
        markdown=rows_to_markdown(spread_cells(rows)),
        confidence=mean_confidence((word.confidence, len(word.text)) for word in inside),
        lines=tuple(ordered),
        html=cells_to_html(rows),
    )


def is_filled(grid: Grid, words: Sequence[Sequence[Word]]) -> bool:
    """Whether the cells hold a table: text in two rows and two columns at least, not in one cell
    of many. Boxes of a form, a frame around a paragraph, a chart are none."""
    filled = [cell for cell, group in zip(grid.cells, words, strict=True) if group]
    rows, columns = {cell.row for cell in filled}, {cell.column for cell in filled}
    return len(filled) >= 3 and len(rows) >= 2 and len(columns) >= 2


def holds_columns(grid: Grid, words: Sequence[Sequence[Word]]) -> bool:
    """Whether most words are in cells of very many lines: a frame around columns of text, a form,
    and tables whose rows no rule parts."""
    tall = [group for group in words if len(make_lines(grid, group)) > _COLUMN_LINES]
    return len(tall) > 1 and 2 * sum(map(len, tall)) > sum(map(len, words))


def reading_order(cells: Sequence[GridCell]) -> list[int]:
    """The indices of the cells, row by row from the left."""
    return sorted(range(len(cells)), key=lambda index: (cells[index].row, cells[index].column))


def straight_box(grid: Grid, box: Box) -> Box:
    """A box of the page about the same middle, in straight px."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    straight_x, straight_y = grid.straighten(x, y)
    dx, dy = straight_x - x, straight_y - y
    return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy


def make_lines(grid: Grid, words: Sequence[Word]) -> list[Line]:
    """The words of one cell as lines, from the top, each from the left."""
    groups: list[list[tuple[Box, Word]]] = []
    for box, word in sorted(
        ((straight_box(grid, word.bbox), word) for word in words), key=lambda pair: _middle(pair[0])
    ):
        if groups and _is_on_line(groups[-1], box):
            groups[-1].append((box, word))
        else:
            groups.append([(box, word)])
    lines = []
    for group in groups:
        group.sort(key=lambda pair: pair[0][0])
        found = tuple(word for _, word in group)
        text = " ".join(word.text for word in found)
        lines.append(Line(text, bounding_box(word.bbox for word in found), found))
    return lines


def _is_on_line(group: Sequence[tuple[Box, Word]], box: Box) -> bool:
    # A comma or a dash is low; the tallest word of a line tells where the line is.
    tallest = max((other for other, _ in group), key=lambda other: other[3] - other[1])
    height = max(tallest[3] - tallest[1], box[3] - box[1])
    return abs(_middle(tallest) - _middle(box)) < _ONE_LINE * height


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _join_text(lines: Sequence[str]) -> str:
    """The lines of a cell in one; a word that is parted at the end of a line stays parted there."""
    text = ""
    for line in lines:
        parted = len(text) > 1 and text[-1] in "-\u00ad" and text[-2].isalpha()
        text += ("\n" if parted else " " if text else "") + line
    return text


def _is_rule(grid: Grid, text: str, box: Box) -> bool:
    """Whether a word is what an engine saw in a rule."""
    if text.strip(_RULE_SIGNS):
        return False
    reach = _ON_RULE * grid.unit
    x, y = (box[0] + box[2]) / 2, _middle(box)
    return any(
        x0 - reach <= x <= x1 + reach and y0 - reach <= y <= y1 + reach
        for x0, y0, x1, y1 in grid.rules
    )


class _Bands:
    """Cells by their height on the page: a table may have thousands."""

    def __init__(self, cells: Sequence[GridCell]) -> None:
        self._cells = cells
        self._ys = sorted({y for cell in cells for y in cell.box[1::2]})
        self._bands: list[list[int]] = [[] for _ in self._ys]
        for index, cell in enumerate(cells):
            for band in range(
                bisect_left(self._ys, cell.box[1]), bisect_left(self._ys, cell.box[3])
            ):
                self._bands[band].append(index)

    def find_cells(self, box: Box) -> list[int]:
        """Those that a word lies in: that of its middle, and those into which it reaches far."""
        x0, y0, x1, y1 = box
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        width, height = x1 - x0, y1 - y0
        reach = _REACHES * min(height, width)
        first, last = bisect_left(self._ys, y0), bisect_right(self._ys, y1)
        near = {index for band in self._bands[max(first - 1, 0) : last] for index in band}
        touched: list[int] = []
        for index in sorted(near):
            left, top, right, bottom = self._cells[index].box
            across, down = min(x1, right) - max(x0, left), min(y1, bottom) - max(y0, top)
            if left <= x <= right and top <= y <= bottom:
                touched.insert(0, index)
            elif (across > reach and down > height / 2) or (down > reach and across > width / 2):
                touched.append(index)
        return touched
