"""Plain texts and tables as flat OpenDocument files, which LibreOffice opens as any other.

ODF 1.3 part 3: `text:p`, `text:s`, `text:tab`; `table:table-cell`. Every value stays the text that
it is: nothing is taken for a date, a number or a formula.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 # writes XML, parses none

from documents.text.csv_shape import read_rows

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}"'
    for prefix, name in (
        ("office", "office:1.0"),
        ("text", "text:1.0"),
        ("table", "table:1.0"),
        ("style", "style:1.0"),
        ("fo", "xsl-fo-compatible:1.0"),
    )
)

#: Not allowed in XML 1.0.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(" {2,}|^ ")

_TEXT_STYLES = """<office:font-face-decls><style:font-face style:name="Mono"
 style:font-family-generic="modern" style:font-pitch="fixed" svg:font-family="'Liberation Mono'"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"/></office:font-face-decls>
<office:styles><style:default-style style:family="paragraph"><style:paragraph-properties
 fo:orphans="2" fo:widows="2"/><style:text-properties style:font-name="Mono"
 fo:font-size="10pt"/></style:default-style></office:styles>
<office:automatic-styles><style:style style:name="break" style:family="paragraph">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="21cm"
 fo:page-height="29.7cm" fo:margin="2cm"/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard"
 style:page-layout-name="page"/></office:master-styles>
"""

#: Of a table's columns, cm: the width of a letter, the least and the most; the share of cells that
#: fit; rows and columns that are looked at.
_LETTER, _NARROWEST, _WIDEST, _WIDE_ENOUGH = 0.2, 1, 8, 0.95
_MEASURED_ROWS, _MOST_COLUMNS = 1000, 1024

_WIDTHS = "".join(
    f'<style:style style:name="w{width}" style:family="table-column">'
    f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
    for width in range(_NARROWEST, _WIDEST + 1)
)
_TABLE_STYLES = f"""<office:automatic-styles>
<style:style style:name="sheet" style:family="table" style:master-page-name="sheet"/>
{_WIDTHS}<style:page-layout style:name="page">
<style:page-layout-properties fo:margin="1cm"/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="sheet" style:page-layout-name="page">
<style:header style:display="false"/><style:footer style:display="false"/></style:master-page>
</office:master-styles>
"""


def write_text(text: str, target: Path) -> None:
    """Each line of `text` a paragraph, in letters of one width, which keep columns in line; a form
    feed starts a page."""
    with target.open("w", encoding="utf-8") as file:
        file.write(_start("text"))
        file.write(_TEXT_STYLES)
        file.write("<office:body><office:text>\n")
        for number, page in enumerate(text.split("\f")):
            for place, line in enumerate(page.split("\n")):
                style = ' text:style-name="break"' if number and not place else ""
                file.write(f"<text:p{style}>{_inline(line)}</text:p>\n")
        file.write("</office:text></office:body></office:document>")


def write_table(text: str, target: Path) -> None:
    """The table of separated values `text` as a sheet."""
    with target.open("w", encoding="utf-8") as file:
        file.write(_start("spreadsheet"))
        file.write(_TABLE_STYLES)
        file.write("<office:body>\n<office:spreadsheet>\n")
        file.write('<table:table table:name="CSV" table:style-name="sheet">\n')
        file.writelines(_columns(text))
        file.writelines(_rows(text))
        file.write("</table:table>\n</office:spreadsheet></office:body></office:document>")


def _columns(text: str) -> Iterator[str]:
    """As wide as most of their cells need."""
    lengths: list[list[int]] = []
    for row in itertools.islice(read_rows(text), _MEASURED_ROWS):
        lengths += [[] for _ in range(len(row) - len(lengths))]
        for column, cell in zip(lengths, row, strict=False):
            column.append(max(map(len, cell.split("\n"))))
    for column in lengths[:_MOST_COLUMNS]:
        most = sorted(column)[int(len(column) * _WIDE_ENOUGH)] if column else 0
        width = min(max(_NARROWEST, round(most * _LETTER + 0.3)), _WIDEST)
        yield f'<table:table-column table:style-name="w{width}"/>\n'


def _rows(text: str) -> Iterator[str]:
    """Each element begins a line, as LibreOffice writes them."""
    for row in read_rows(text):
        yield "<table:table-row>\n"
        for cell in row:
            yield '<table:table-cell office:value-type="string">\n'
            yield from (f"<text:p>{_inline(line)}</text:p>\n" for line in cell.split("\n"))
            yield "</table:table-cell>\n"
        if not row:
            yield "<table:table-cell/>\n"
        yield "</table:table-row>\n"


def _start(kind: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<office:document {_NAMESPACES} office:version="1.3" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}">\n'
    )


def _inline(line: str) -> str:
    line = escape(_NO_XML.sub("", line))
    line = _SPACES.sub(lambda match: f'<text:s text:c="{len(match[0])}"/>', line)
    return line.replace("\t", "<text:tab/>")
