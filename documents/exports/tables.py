"""A document's tables as an Excel workbook (a sheet each) or as CSV.

What a page shows is text, never a formula: a cell that begins like one stays text in Excel, and
gets an apostrophe in CSV, where nothing else tells a spreadsheet so.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.cell_range import CellRange

from documents.errors import NoTables
from documents.exports.engine_counts import describe_system
from documents.exports.options import ExportOptions
from documents.messages import Message
from documents.models import Document, Page
from documents.text.safe_html import sanitise_table
from documents.text.tables import Rows, Span, parse_cells, spread_with_spans

#: What XML, and so a workbook, can't hold; and the most characters of an Excel cell.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767
#: Rows and columns of an Excel sheet.
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384

#: A number as it is written in Russian and English, without ambiguity: no leading zero (a code),
#: no single separator that may stand for thousands or for a decimal point.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:[.,]\d{1,2}|[.,]\d{4,10})?")
#: The same with thousands set apart, where a decimal part or a space that does not break says that
#: it is one number and not a code of several.
_GROUPED = re.compile(
    r"-?[1-9]\d{0,2}(?:(?:[ \u00a0\u2009\u202f]\d{3})+[.,]\d{1,2}|(?:[\u00a0\u2009\u202f]\d{3})+)"
)
_SPACES = re.compile(r"[ \u00a0\u2009\u202f]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """`number` counts from 1 on its page. `spans`: the places of cells that take several."""

    page: int
    number: int
    rows: Rows
    spans: tuple[Span, ...] = ()


def find_tables(pages: Iterable[Page]) -> Iterator[Table]:
    for page in pages:
        number = 0
        for block in page.layout.blocks_in_order() if page.layout else ():
            cells = parse_cells(sanitise_table(block.html)) if block.html else []
            if cells:
                number += 1
                rows, spans = spread_with_spans(cells)
                yield Table(page.number, number, rows, tuple(spans))


def write_xlsx(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    """A sheet for each table, named by page and number. Raises NoTables."""
    book = Workbook(write_only=True)
    book.properties.creator = ""
    book.properties.title = _NOT_XML.sub("", document.title)
    book.properties.description = _NOT_XML.sub("", describe_system(document))
    for table in find_tables(pages):
        sheet = book.create_sheet(f"p{table.page} t{table.number}")
        for row in table.rows[:_MOST_ROWS]:
            sheet.append([_excel_cell(sheet, text) for text in row[:_MOST_COLUMNS]])
        # Not by `merge_cells`: it compares each with all others.
        sheet.merged_cells.ranges.update(map(_excel_range, filter(_fits_excel, table.spans)))
    if not book.worksheets:
        raise _no_tables(document)
    book.save(target)


def write_csv(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    """The tables under each other, an empty line between two; UTF-8 with the mark by which Excel
    knows it. Raises NoTables."""
    found = False
    target.write(b"\xef\xbb\xbf")
    for table in find_tables(pages):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if found:
            writer.writerow([])
        found = True
        for row in table.rows:
            writer.writerow([_csv_cell(cell) for cell in row])
        target.write(text.getvalue().encode())
    if not found:
        raise _no_tables(document)


def _fits_excel(span: Span) -> bool:
    return span.row + span.height <= _MOST_ROWS and span.column + span.width <= _MOST_COLUMNS


def _excel_range(span: Span) -> CellRange:
    return CellRange(
        min_row=span.row + 1,
        max_row=span.row + span.height,
        min_col=span.column + 1,
        max_col=span.column + span.width,
    )


def _excel_cell(sheet: Any, text: str) -> Any:
    text = _NOT_XML.sub("", text).strip()[:_LONGEST_CELL]
    number = _plain_number(text)
    if number is not None:
        return float(number) if "." in number else int(number)
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # whatever it begins with
    return cell


def _plain_number(text: str) -> str | None:
    """As programs write it; None for what is no number without doubt."""
    text = text.replace("\N{MINUS SIGN}", "-", 1)
    if _NUMBER.fullmatch(text) or _GROUPED.fullmatch(text):
        return _SPACES.sub("", text).replace(",", ".")
    return None


def _csv_cell(text: str) -> str:
    text = text.strip()
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _no_tables(document: Document) -> NoTables:
    return NoTables(Message("No table was recognised on these pages."), document=document.id)
