"""Tell a table of separated values from other texts, and read it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

#: Lines that are looked at.
_LINES = 20
#: Of lines, the share that must have as many separators as the first.
_SHARE = 0.9
#: Characters of one cell; the rest of a longer one is lost in no program, but no page shows it.
_CELL = 32_767


def find_separator(text: str) -> str | None:
    """The character that separates the cells of the table `text`; None where it is no table."""
    lines = [line for line in text.split("\n")[: _LINES + 1] if line.strip()]
    if len(lines) > 2 and len(text.split("\n")) > _LINES:
        lines = lines[:-1]  # it may be cut
    if len(lines) < 2:
        return None
    for separator, least in (("\t", 1), (";", 1), ("|", 2), (",", 1)):
        rows = list(csv.reader(lines, delimiter=separator))
        cells = len(rows[0])
        same = sum(len(row) == cells for row in rows) >= _SHARE * len(rows)
        if cells <= least or not same:
            continue
        # Commas of prose have spaces behind them.
        if separator == "," and sum(line.count(", ") for line in lines) * 2 > sum(
            line.count(",") for line in lines
        ):
            continue
        if separator == "," and cells == 2 and len(lines) < 4:
            continue
        return separator
    return None


def looks_like_csv(text: str) -> bool:
    return find_separator(text) is not None


def read_rows(text: str) -> Iterator[list[str]]:
    """The table's rows, one by one; each cell as its text stands there."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text), delimiter=find_separator(text) or ",")
    for row in reader:
        yield [cell[:_CELL] for cell in row]
