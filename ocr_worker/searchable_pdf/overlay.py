"""A PDF made searchable: its own bytes, followed by an update (ISO 32000-1, 7.5.6).

Nothing of the original is rewritten: pictures, signatures and fonts stay bit for bit, the file
grows by some KB a page, and the memory needed does not depend on it. Only a file that is damaged or
protected is rebuilt by qpdf first.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from documents.errors import NotConformant
from documents.files.storage import archive
from documents.messages import Message
from documents.text.page_layout import Block, PageLayout
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.pdf_objects import ObjectWriter
from ocr_worker.text_layer.blocks import is_of_layer

from .glyphless_font import write_font
from .metadata import build_id, write_archival_entries, write_info
from .place_text import place_page
from .source import ADD, KEEP, REPLACE, PageText, Source
from .text_stream import Area, build_text


def write_overlay(renderer: Renderer, source: Source, target: BinaryIO) -> None:
    """Raises ReadingError, StorageFull."""
    facts = None
    if source.numbers is None:
        facts = renderer.read_update_facts(source.path, source.mime_type)
    if facts is not None and facts["sound"]:
        _Overlay(renderer, source, facts, target).write()
        return
    with archive().open_draft() as (path, file):
        file.write(renderer.rebuild(source.path, source.mime_type, source.numbers))
        file.close()
        rebuilt = replace(source, path=path)
        facts = renderer.read_update_facts(path, source.mime_type)
        _Overlay(renderer, rebuilt, facts, target).write()


class _Overlay:
    def __init__(
        self, renderer: Renderer, source: Source, facts: dict[str, Any], target: BinaryIO
    ) -> None:
        self._renderer, self._source, self._facts = renderer, source, facts
        self._target = target
        self._writer = ObjectWriter(target, first=facts["size"])
        self._font = 0
        self._changed = False

    def write(self) -> None:
        _copy(self._source.path, self._target)
        for place, page in enumerate(self._source.pages, start=1):
            # In a file of some pages only, they are renumbered.
            number = page.number if self._source.numbers is None else place
            self._write_page(number, page)
            self._source.beat()
        trailer = self._facts["trailer"].encode("latin-1")
        if self._source.conformance:
            trailer = self._write_archival()
        elif self._changed:
            trailer += self._write_producer()
        if self._changed:
            trailer += b"/Prev %d" % self._facts["previous"]
            self._writer.finish(trailer, as_stream=self._facts["as_stream"])

    def _write_page(self, number: int, page: PageText) -> None:
        layout = page.layout
        if layout is None or (page.own == KEEP and not layout.rotation):
            return
        place = self._ask_place(number)
        hides = page.own == REPLACE and place["letters"] > 0
        if page.own == ADD:
            layout = replace(layout, blocks=tuple(b for b in layout.blocks if _was_recognised(b)))
        runs = [] if page.own == KEEP else place_page(layout)
        if not runs and not hides and not layout.rotation:
            return
        self._begin()
        self._font = self._font or write_font(self._writer)
        pattern = self._writer.reserve() if hides else None
        content = self._writer.reserve() if runs or hides else 0
        header, payload = self._renderer.build_page_update(
            self._source.path, self._source.mime_type, number,
            content=content, font=self._font, rotation=layout.rotation, pattern=pattern,
        )  # fmt: skip
        if content:
            rotate = (place["rotate"] + layout.rotation) % 360
            area = Area(tuple(place["box"]), rotate)
            drawn = _draw_pattern(area) if hides else b""
            text = build_text(runs, area, layout.width, layout.height, header["font"].encode())
            self._writer.write_stream(drawn + text, number=content)
        split = header["bytes"]
        self._writer.write(payload[:split], header["object"], header["generation"])
        if pattern is not None:
            entries = header["pattern"].encode("latin-1")
            self._writer.write_stream(payload[split:], entries, number=pattern, compress=False)

    def _write_archival(self) -> bytes:
        """Make the file PDF/A-2b; its trailer. Raises NotConformant, with what forbids it."""
        source = self._source
        self._begin()
        entries = write_archival_entries(self._writer, source.title, source.system)
        if source.language:
            entries += b"/Lang(%s)" % source.language.encode("ascii", "replace")
        header, catalog = self._renderer.describe_catalog(
            source.path, source.mime_type, entries.decode("latin-1")
        )
        if header["obstacles"]:
            raise NotConformant(
                Message(
                    "PDF/A forbids what this PDF has: {obstacles}.",
                    obstacles=", ".join(header["obstacles"]),
                )
            )
        number = self._writer.write(catalog, header["object"], header["generation"])
        info = write_info(self._writer, source.title, source.system)
        root = b"/Root %d %d R/Info %d 0 R" % (number, header["generation"], info)
        return root + build_id(source.title, self._target.tell())

    def _write_producer(self) -> bytes:
        """Say beside who made the file what read it; what the trailer is to have for it."""
        header, payload = self._renderer.describe_producer(
            self._source.path, self._source.mime_type, self._source.system
        )
        split = header["bytes"]
        number = self._writer.write(payload[:split])
        if header["metadata"]:
            place, generation = header["metadata"]
            self._writer.write(payload[split:], place, generation)
        return b"/Info %d 0 R" % number

    def _begin(self) -> None:
        if not self._changed:
            self._changed = True
            self._target.write(b"\n")

    def _ask_place(self, number: int) -> dict[str, Any]:
        return self._renderer.read_page_place(self._source.path, self._source.mime_type, number)


def _draw_pattern(area: Area) -> bytes:
    x0, y0, x1, y1 = area.box
    place = b" ".join(b"%.4f" % value for value in (x0, y0, x1 - x0, y1 - y0))
    return b"q/Pattern cs/Page scn %s re f Q\n" % place


def _was_recognised(block: Block) -> bool:
    """Whether an engine read the block, beside the page's own text layer."""
    return not is_of_layer(block) and any(word.confidence is not None for word in block.words())


def has_recognised_words(layout: PageLayout) -> bool:
    return any(_was_recognised(block) for block in layout.blocks)


def _copy(path: Path, target: BinaryIO) -> None:
    with path.open("rb") as original:
        shutil.copyfileobj(original, target, 1024 * 1024)
