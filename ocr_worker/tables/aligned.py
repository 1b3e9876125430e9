"""Is a run of rows that line up a table? Its grid, where it certainly is one. Pure.

Much else lines up: columns of prose, lists of names, addresses, forms, contents of a book. A table
has a column of *values* (amounts, numbers, dates), which those have not, or only as rising numbers
of pages and items.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise

from documents.text.page_layout import Box, Word, bounding_box

from .aligned_rows import MOST_COLUMNS, Row, Run, Segment, goes_on
from .grid import Grid
from .grid_cells import GridCell
from .narrow_gutters import part_columns

#: The share of the rows that fill each column, and all of them together; where all have values,
#: more.
_FILLED_COLUMN, _FILLED, _FILLED_WITH_NUMBERS = 0.3, 0.55, 0.85

#: From this share of its cells a column has values, of one kind where there are two columns; and
#: this share of its cells lines up.
_VALUES, _ALIKE, _LINED_UP = 0.65, 0.8, 0.7

#: Prose: cells of so many words, of which most reach over so much of the column.
_PROSE_WORDS, _PROSE_WIDTH = 4.0, 0.75

#: A column of longer cells is prose in any case; of a table of two columns, from so many words on.
_LONG_CELLS, _LONG_OF_TWO = 9.0, 6.0

#: As many rows has a table of two columns at least.
_ROWS_OF_TWO = 4

#: What belongs together by rows, though it is no table: the share of rows in which a column has
#: something; of first cells with a name, with digits; of last ones with a value.
_BOTH, _NAMED, _WITH_DIGITS, _SOME_VALUES = 0.6, 0.8, 0.2, 0.4

#: From this share of labels with a colon on, a form; of rows with dots that lead on, contents.
_LABELS, _LED = 0.34, 0.3

_LEADERS = re.compile(r"[.…·_]{4,}|(?:[.…·] ){3,}")
_NOTHING = re.compile(r"[-–—−*xх.]{1,3}")
_SIGNS = re.compile(r"[\s$€£₽¥%()+\-–—−~≈<>≤≥±*№#'’]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*[.,]?")
_PLAIN = re.compile(r"\d{1,6}")
_MARKER = re.compile(r"\(?\d{1,3}(?:\.\d{1,3})*[.)]|\(\d{1,3}\)")
_DATE = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?"
)
_THOUSANDS = re.compile(r"\d{3}(?:[.,]\d+)?\D*")

#: As many letters has the unit of a value at most («шт.», «units»).
_UNIT = 5

#: A number without a comma that has more digits names something; it measures nothing.
_MOST_DIGITS = 7

Cells = list[list[list[Segment]]]


def may_hold_table(rows: Sequence[Row]) -> bool:
    """Whether rows of the page have values beside something: pages of prose have none."""
    beside = (row for row in rows if len(row.segments) > 1)
    return sum(any(_kind(part.text) for part in row.segments) for row in beside) > 1


def make_grid(run: Run, slope: float) -> tuple[Grid, list[list[Word]]] | None:
    """The grid of the run's rows and columns, and the words of each cell, by its index; None where
    the run is no table, or not certainly."""
    if not 2 <= len(run.columns) <= MOST_COLUMNS or not _find_values(run, _cells_of(run)):
        return None
    part_columns(run)
    if run.loose > 0.2 * len(run.rows):
        return None
    lines = _cells_of(run)
    values = _find_values(run, lines)
    rows = _join_rows(run, lines, values)
    if not _is_table(run, lines, rows, values):
        return None
    xs, ys = _find_sides(run, rows)
    found = [
        GridCell(row, column, 1, 1, (xs[column], ys[row], xs[column + 1], ys[row + 1]))
        for row in range(len(rows))
        for column in range(len(run.columns))
    ]
    words = [[word for segment in cell for word in segment.words] for row in rows for cell in row]
    box: Box = (xs[0], ys[0], xs[-1], ys[-1])
    return Grid(cells=tuple(found), slope=slope, unit=1.0, box=box), words


def belongs_by_rows(run: Run) -> bool:
    """Whether what stands beside each other belongs together, though it may be no table: labels
    and what is put in behind them, titles and pages, names and numbers. Columns of prose, lists
    that go on in the next column, addresses beside each other don't."""
    lines = _cells_of(run)
    columns = [[_text(line[index]) for line in lines] for index in range(len(run.columns))]
    filled = [list(filter(None, column)) for column in columns]
    if len(columns) < 2 or run.loose or min(map(len, filled)) < _BOTH * len(lines):
        return False
    if any(_is_prose(run, lines, index) for index in range(len(columns))):
        return False
    first, last = filled[0], filled[-1]
    values = sum(_kind(text) not in ("", "marker") for text in last)
    if len(columns) > 2 and sum(map(_has_letters, filled[-2])) < len(filled[-2]) / 2:
        return False
    named = sum(_has_letters(text) for text in first)
    digits = sum(any(map(str.isdigit, text)) for text in first)
    if len(columns) == 2 and (named < _NAMED * len(first) or digits > _WITH_DIGITS * len(first)):
        return False
    return values >= _SOME_VALUES * len(last)


def _has_letters(text: str) -> bool:
    return len(list(filter(str.isalpha, text))) > 2


def _cells_of(run: Run) -> Cells:
    lines: Cells = []
    for row in run.rows:
        cells: list[list[Segment]] = [[] for _ in run.columns]
        for segment in row.segments:
            cells[run.column_of(segment)].append(segment)
        lines.append(cells)
    return lines


def _find_values(run: Run, lines: Cells) -> list[int]:
    """The indices of the columns that hold values."""
    return [
        index for index in range(len(run.columns)) if _holds_values([row[index] for row in lines])
    ]


def _is_table(run: Run, lines: Cells, rows: Cells, values: Sequence[int]) -> bool:
    columns = [[_text(row[index]) for row in rows] for index in range(len(run.columns))]
    if sum(sum(map(bool, row)) > 1 for row in rows) < 3:
        return False
    filled = [sum(map(bool, column)) for column in columns]
    if min(filled) < max(2, _FILLED_COLUMN * len(rows)):
        return False
    # Numbers alone are those of a drawing, unless all stand in rows.
    named = sum(len(list(filter(str.isalpha, text))) > 2 for column in columns for text in column)
    full = _FILLED if 2 * named > len(rows) else _FILLED_WITH_NUMBERS
    if sum(filled) < full * len(rows) * len(columns):
        return False
    if any(_is_prose(run, lines, index) for index in range(len(columns)) if index not in values):
        return False
    texts = [text for column in columns for text in column if text]
    if sum(bool(_LEADERS.search(text)) for text in texts) > _LED * len(rows):
        return False
    labels = (sum(text.endswith(":") for text in column) for column in columns)
    if any(count > _LABELS * of for count, of in zip(labels, filled, strict=True)):
        return False
    telling = [
        index
        for index in values
        if index  # what a row is about stands first
        and 2 * filled[index] >= len(rows)
        and not _only_counts(columns[index])
    ]
    lined_up = [index for index in telling if _lines_up([row[index] for row in lines])]
    most = max((sum(map(bool, map(_kind, columns[index]))) for index in lined_up), default=0)
    if len(columns) > 2:
        return most > 2 or (len(rows) == 3 and most == 2 and len(lined_up) > 1)
    # A name and what it costs; a form, or a list with a number before each item, looks alike.
    return lined_up == [1] and len(rows) >= _ROWS_OF_TWO and _are_of_one_kind(columns[1])


def _text(cell: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in cell)


def _kind(text: str) -> str:
    """What a cell holds: "amount", "plain" (a whole number), "date" (or time), "marker" (of an
    item), "" (none of these)."""
    if _MARKER.fullmatch(text):
        return "marker"
    if _PLAIN.fullmatch(text):
        return "plain"
    numbers = [word for word in text.split() if any(map(str.isdigit, word))]
    others = [_SIGNS.sub("", word) for word in text.split() if word not in numbers]
    unit = "".join(others).replace(".", "")
    if not numbers or len(others) > 2 or len(unit) > _UNIT or not (unit or "x").isalpha():
        return ""
    if all(_DATE.fullmatch(word.strip(".,")) for word in numbers):
        return "date"
    if not _is_one_number(text.split()):
        return ""
    bare = _SIGNS.sub("", "".join(numbers))
    if not _NUMBER.fullmatch(bare) or (
        bare == text and len(bare) > _MOST_DIGITS and bare.isdigit()
    ):
        return ""
    return "amount"


def _is_one_number(words: Sequence[str]) -> bool:
    """Whether numbers beside each other are one («4 800,00») or parted by a sign («36 - 44»)."""
    return all(
        not one.rstrip(",")[-1:].isdigit() or not other[:1].isdigit() or _THOUSANDS.fullmatch(other)
        for one, other in pairwise(words)
    )


def _holds_values(cells: Sequence[Sequence[Segment]]) -> bool:
    """Whether most cells of a column are values; a head above them of up to three rows is not
    asked for."""
    texts = [text for cell in cells if (text := _text(cell)) and not _NOTHING.fullmatch(text)]
    head = next((at for at, text in enumerate(texts[:3]) if _kind(text)), min(len(texts), 1))
    kinds = [_kind(text) for text in texts[head:]]
    return len(kinds) > 1 and sum(map(bool, kinds)) >= _VALUES * len(kinds)


def _only_counts(column: Sequence[str]) -> bool:
    """Whether the values are numbers of items or pages, which rise from the top."""
    kinds = [(kind, text) for text in column if (kind := _kind(text))]
    plain = [int(text) for kind, text in kinds if kind == "plain"]
    marked = sum(kind == "marker" for kind, _ in kinds)
    if 2 * marked > len(kinds):
        return True
    rising = sum(one <= other for one, other in pairwise(plain))
    return len(plain) > 0.7 * len(kinds) and rising >= 0.85 * (len(plain) - 1)


def _are_of_one_kind(column: Sequence[str]) -> bool:
    kinds = [_kind(text).replace("plain", "amount") for text in column if text]
    return kinds.count("amount") >= _ALIKE * (len(kinds) - 1)


def _lines_up(cells: Sequence[Sequence[Segment]]) -> bool:
    """Whether the values end, begin or have their middles under each other."""
    boxes = [bounding_box(segment.box for segment in cell)
             for cell in cells if cell and _kind(_text(cell))]  # fmt: skip
    if len(boxes) < 2:
        return False
    near = 0.5 * statistics.median(box[3] - box[1] for box in boxes)
    for places in (
        [box[2] for box in boxes],
        [box[0] for box in boxes],
        [(box[0] + box[2]) / 2 for box in boxes],
    ):
        middle = statistics.median(places)
        if sum(abs(place - middle) <= near for place in places) >= _LINED_UP * len(places):
            return True
    return False


def _is_prose(run: Run, lines: Cells, index: int) -> bool:
    left, right = run.columns[index]
    cells = [row[index] for row in lines if row[index]]
    words = statistics.mean(sum(len(part.words) for part in cell) for cell in cells)
    if words > (_LONG_CELLS if len(run.columns) > 2 else _LONG_OF_TWO):
        return True
    ends = [max(part.box[2] for part in cell) for cell in cells]
    reaching = sum(end - left > _PROSE_WIDTH * (right - left) for end in ends)
    return words >= _PROSE_WORDS and reaching > 0.7 * len(cells)


def _join_rows(run: Run, lines: Cells, values: Sequence[int]) -> Cells:
    """Rows as a reader sees them: a line that only goes on from the one above belongs to it."""
    rows: Cells = []
    for line in lines:
        parts = [(index, cell) for index, cell in enumerate(line) if cell]
        if rows and not any(line[index] for index in values) and any(
            rows[-1][index] for index in values
        ) and all(
            rows[-1][index] and goes_on(rows[-1][index][-1], cell[0], run.columns[index][1])
            for index, cell in parts
        ):  # fmt: skip
            for index, cell in parts:
                rows[-1][index] = [*rows[-1][index], *cell]
        else:
            rows.append([list(cell) for cell in line])
    return rows


def _find_sides(run: Run, rows: Cells) -> tuple[list[float], list[float]]:
    """Where cells end: in the middle between words, straight px."""
    xs = [run.columns[0][0]]
    xs += [(one[1] + other[0]) / 2 for one, other in pairwise(run.columns)]
    xs.append(run.columns[-1][1])
    boxes = [bounding_box(part.box for cell in row for part in cell) for row in rows]
    ys = [boxes[0][1]]
    ys += [(one[3] + other[1]) / 2 for one, other in pairwise(boxes)]
    ys.append(boxes[-1][3])
    return xs, ys
