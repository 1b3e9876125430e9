"""The model's table notation where the library could not convert it to HTML. Pure."""

from __future__ import annotations

import re

from documents.text.tables import rows_to_text

#: The model's table notation (OTSL).
_CELL_MARKS = re.compile(r"<(?:fcel|ecel|lcel|ucel|xcel|ched|rhed|srow)>")
_ROW_MARK = "<nl>"


def strip_marks(text: str) -> str:
    """Convert the model's table notation: one line per row, cells separated by tabs."""
    rows = text.split(_ROW_MARK)
    return rows_to_text([_CELL_MARKS.split(row)[1:] or [row] for row in rows if row.strip()])
