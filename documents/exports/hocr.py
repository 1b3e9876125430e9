"""A document as hOCR 1.2: HTML with the places of pages, blocks, lines and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from documents.exports.engine_counts import describe_system
from documents.exports.options import ExportOptions
from documents.exports.xml_text import xml_attribute, xml_text
from documents.models import Document, Page
from documents.text.block_lines import lines_of
from documents.text.page_layout import Block, Box, Line

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"{language}>
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="{system}"/>
<meta name="ocr-capabilities" content="{capabilities}"/>
<meta name="ocr-number-of-pages" content="{pages}"/>
<meta name="ocr-langs" content="{languages}"/>
</head>
<body>
"""


#: All that is ever written: what is not named here must not be in the file.
_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocr_photo ocrx_word ocrp_lang ocrp_wconf"


def write_hocr(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    language = xml_attribute(document.language)
    spoken = f' xml:lang="{language}" lang="{language}"' if language else ""
    system = describe_system(document)
    numbers = options.list_numbers(document.page_count or 0)
    head = _HEAD.format(
        language=spoken,
        title=xml_text(document.title),
        system=xml_attribute(system),
        capabilities=_CAPABILITIES,
        pages=document.page_count if numbers is None else len(numbers),
        languages=language or "unknown",
    )
    target.write(head.encode())
    for page in pages:
        target.write("".join(_page(page)).encode())
    target.write(b"</body>\n</html>\n")


def _page(page: Page) -> Iterator[str]:
    layout = page.layout
    box: Box = (0, 0, layout.width, layout.height) if layout else (0, 0, 0, 0)
    name = f"page_{page.number}"
    resolution = f"; scan_res {layout.dpi:.0f} {layout.dpi:.0f}" if layout and layout.dpi else ""
    yield (
        f'<div class="ocr_page" id="{name}" title="{_place(box)}; ppageno {page.number - 1}'
        f'{resolution}">\n'
    )
    for number, block in enumerate(layout.blocks_in_order() if layout else (), start=1):
        yield from _block(block, f"{page.number}_{number}")
    yield "</div>\n"


def _block(block: Block, name: str) -> Iterator[str]:
    lines = list(lines_of(block))
    if block.figure:
        yield f'<div class="ocr_photo" id="photo_{name}" title="{_place(block.bbox)}"></div>\n'
    if not lines:
        return
    yield (
        f'<div class="ocr_carea" id="block_{name}" title="{_place(block.bbox)}">'
        f'<p class="ocr_par" id="par_{name}" title="{_place(block.bbox)}">\n'
    )
    for index, line in enumerate(lines, start=1):
        yield from _line(line, f"{name}_{index}")
    yield "</p></div>\n"


def _line(line: Line, name: str) -> Iterator[str]:
    yield f'<span class="ocr_line" id="line_{name}" title="{_place(line.bbox)}">'
    for index, word in enumerate(line.words, start=1):
        sure = "" if word.confidence is None else f"; x_wconf {round(word.confidence * 100)}"
        yield (
            f'<span class="ocrx_word" id="word_{name}_{index}" title="{_place(word.bbox)}{sure}">'
            f"{xml_text(word.text)}</span> "
        )
    yield "</span>\n"


def _place(box: Box) -> str:
    return "bbox " + " ".join(str(round(value)) for value in box)
