"""A document as ALTO 4.4, the exchange format of libraries, written page by page.

Places are px of each page's image, as in `result.json`. Blocks keep the order in which they are
read; a figure is an illustration, a table's text a block of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from django.conf import settings

from documents.exports.engine_counts import count_engines
from documents.exports.options import ExportOptions
from documents.exports.xml_text import xml_attribute, xml_text
from documents.models import Document, Page
from documents.models.reading import find_base_reading
from documents.text.block_lines import lines_of
from documents.text.page_layout import Block, Box, Line, PageLayout
from documents.text.timestamps import iso_time

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation><fileName>{filename}</fileName><documentIdentifier>{id}</documentIdentifier>\
</sourceImageInformation>
{processing}</Description>
<Tags>{tags}</Tags>
<Layout>
"""

#: The engines' words for regions, declared before any page is known: a block refers to them.
_LABELS = (
    "abstract", "algorithm", "aside_text", "chart", "content", "display_formula", "doc_title",
    "figure_title", "footer", "footer_image", "footnote", "formula_number", "header",
    "header_image", "image", "inline_formula", "number", "paragraph_title", "reference",
    "reference_content", "seal", "table", "text", "vertical_text", "vision_footnote",
)  # fmt: skip
_TAGS = "".join(f'<LayoutTag ID="label_{name}" LABEL="{name}"/>' for name in _LABELS)
_PROCESSING = """<Processing ID="{id}">{date}<processingSoftware>\
<softwareCreator>ocrsite {product}</softwareCreator><softwareName>{name}</softwareName>\
<softwareVersion>{version}</softwareVersion></processingSoftware></Processing>
"""


def write_alto(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    finished = iso_time(document.finished_at)
    date = f"<processingDateTime>{finished}</processingDateTime>" if finished else ""
    engines = {
        (each["engine"], each["version"]): f"engine{number}"
        for number, each in enumerate(count_engines(document), start=1)
    }
    processing = "".join(
        _PROCESSING.format(
            id=id_,
            date=date,
            product=xml_text(settings.OCRSITE_VERSION),
            name=xml_text(name),
            version=xml_text(version),
        )
        for (name, version), id_ in engines.items()
    )
    head = _HEAD.format(
        filename=xml_text(document.filename), id=document.id, processing=processing, tags=_TAGS
    )
    target.write(head.encode())
    for page in pages:
        target.write("".join(_page(page, document.language, engines)).encode())
    target.write(b"</Layout>\n</alto>\n")


def _page(page: Page, language: str, engines: Mapping[tuple[str, str], str]) -> Iterator[str]:
    layout, reading = page.layout, find_base_reading(page)
    name = f"p{page.number}"
    if layout is None or reading is None:
        yield f'<Page ID="{name}" PHYSICAL_IMG_NR="{page.number}" WIDTH="0" HEIGHT="0"/>\n'
        return
    quality = ""
    if layout.confidence is not None:
        quality = f' PC="{layout.confidence:.4f}"'
    step = engines.get((reading.engine, reading.engine_version))
    processing = f' PROCESSING="{step}"' if step else ""
    spoken = f' LANG="{xml_attribute(language)}"' if language else ""
    yield (
        f'<Page ID="{name}" PHYSICAL_IMG_NR="{page.number}" WIDTH="{layout.width}" '
        f'HEIGHT="{layout.height}"{processing}{quality}{spoken}>\n'
    )
    yield f"<PrintSpace{_place((0, 0, layout.width, layout.height))}>\n"
    yield from _blocks(layout, name)
    yield "</PrintSpace>\n</Page>\n"


def _blocks(layout: PageLayout, page: str) -> Iterator[str]:
    for number, block in enumerate(layout.blocks_in_order(), start=1):
        name = f"{page}_b{number}"
        lines = list(lines_of(block))
        if block.figure:
            yield f'<Illustration ID="{name}_f"{_place(block.bbox)}/>\n'
        if lines:
            yield f'<TextBlock ID="{name}"{_place(block.bbox)}{_label(block)}>\n'
            for index, line in enumerate(lines, start=1):
                yield from _line(line, f"{name}_l{index}")
            yield "</TextBlock>\n"


def _label(block: Block) -> str:
    return f' TAGREFS="label_{block.label}"' if block.label in _LABELS else ""


def _line(line: Line, name: str) -> Iterator[str]:
    yield f'<TextLine ID="{name}"{_place(line.bbox)}>'
    for index, word in enumerate(line.words, start=1):
        if index > 1:
            yield "<SP/>"
        sure = "" if word.confidence is None else f' WC="{word.confidence:.4f}"'
        text = xml_attribute(word.text)
        yield f'<String ID="{name}_w{index}" CONTENT="{text}"{_place(word.bbox)}{sure}/>'
    yield "</TextLine>\n"


def _place(box: Box) -> str:
    x0, y0, x1, y1 = box
    return f' HPOS="{x0:.1f}" VPOS="{y0:.1f}" WIDTH="{x1 - x0:.1f}" HEIGHT="{y1 - y0:.1f}"'
