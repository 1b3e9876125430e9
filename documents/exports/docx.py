"""A document as DOCX: headings, paragraphs, tables and pictures, written page by page.

The styles are those of python-docx's empty document; the text is streamed into it, so that memory
does not grow with the number of pages.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, BinaryIO

import docx
from PIL import Image

from documents.bucket.errors import BucketError
from documents.exports.docx_parts import (
    BODY_END,
    BODY_START,
    MAIN,
    RELATIONS,
    TYPES,
    add_png_type,
    heading,
    page_break,
    paragraphs,
    picture,
    relations,
    table,
)
from documents.exports.engine_counts import describe_system
from documents.exports.options import ExportOptions
from documents.files.figures import figure_key
from documents.files.storage import archive
from documents.models import Document, Page
from documents.text.page_layout import Block
from documents.text.safe_html import sanitise_table
from documents.text.tables import parse_cells

_LEVELS = {"doc_title": 1, "paragraph_title": 2}

#: A larger picture is made smaller: Word shows it on a page of 17 cm.
_WIDEST_PX = 1600


def write_docx(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    empty = io.BytesIO()
    template = docx.Document()
    template.core_properties.title = document.title[:255]
    template.core_properties.author = ""
    # "Comments" among the properties that Word shows.
    template.core_properties.comments = describe_system(document)[:255]
    template.save(empty)
    with (
        zipfile.ZipFile(empty) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in source.namelist():
            if name not in (MAIN, RELATIONS, TYPES):
                packed.writestr(name, source.read(name))
        packed.writestr(TYPES, add_png_type(source.read(TYPES)))
        pictures = _Pictures(document, packed)
        # One member is open at a time: pictures follow the text that names them.
        with packed.open(MAIN, "w", force_zip64=True) as body:
            body.write(BODY_START)
            _write_body(pages, pictures, body)
            body.write(BODY_END)
        pictures.write()
        packed.writestr(RELATIONS, relations(source.read(RELATIONS), pictures.names))


class _Pictures:
    """The pictures that the text names, by their number from 1."""

    def __init__(self, document: Document, packed: zipfile.ZipFile) -> None:
        self._document, self._packed = document, packed
        self.names: list[str] = []

    def add(self, block: Block) -> str:
        """What shows the block's picture. The size is the region's on the page."""
        if block.figure not in self.names:
            self.names.append(block.figure)
        x0, y0, x1, y1 = block.bbox
        number = self.names.index(block.figure) + 1
        return picture(number, (x1 - x0) / max(y1 - y0, 1))

    def write(self) -> None:
        """Word shows no WebP: they become PNG."""
        for number, name in enumerate(self.names, start=1):
            self._packed.writestr(f"word/media/figure{number}.png", self._convert(name))

    def _convert(self, name: str) -> bytes:
        target = io.BytesIO()
        try:
            with (
                archive().open(figure_key(self._document.id, name)) as source,
                Image.open(source, formats=("WEBP",)) as image,
            ):
                image.thumbnail((_WIDEST_PX, _WIDEST_PX))
                image.save(target, "PNG")
        except (OSError, BucketError, ValueError):
            target = io.BytesIO()
            Image.new("L", (16, 16), "white").save(target, "PNG")
        return target.getvalue()


def _write_body(pages: Iterable[Page], pictures: _Pictures, body: IO[bytes]) -> None:
    for index, page in enumerate(pages):
        if index:
            body.write(page_break().encode())
        for block in page.layout.blocks_in_order() if page.layout else ():
            body.write("".join(_block(block, pictures)).encode())


def _block(block: Block, pictures: _Pictures) -> Iterator[str]:
    if block.figure:
        yield pictures.add(block)
    if block.html:
        cells = parse_cells(sanitise_table(block.html))
        if cells:
            yield table(cells)
            return
    level = _LEVELS.get(block.label)
    if level is not None:
        yield heading(" ".join(block.text.split()), level)
    else:
        yield paragraphs(block.text)
