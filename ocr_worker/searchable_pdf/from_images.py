"""An image, or the pages of a TIFF, as a new PDF: each page its picture and invisible text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ocr_worker.rendering import Renderer
from ocr_worker.rendering.pdf_objects import PLACES, ObjectWriter

from .glyphless_font import write_font
from .metadata import build_id, write_archival_entries, write_info, write_metadata
from .place_text import place_page
from .source import PageText, Source
from .text_stream import Area, build_text

_CHUNK = 1024 * 1024


def write_from_images(renderer: Renderer, source: Source, target: BinaryIO) -> None:
    """Raises ReadingError, StorageFull."""
    writer = ObjectWriter(target)
    writer.write_header()
    tree, font = writer.reserve(), write_font(writer)
    pages = []
    for page in source.pages:
        described, data = renderer.describe_image(
            source.path, source.mime_type, page.number, archival=bool(source.conformance)
        )
        pages.append(_write_page(writer, source.path, page, described, data, tree, font))
        source.beat()
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    writer.write(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids), tree)
    language = b"/Lang" + _text(source.language) if source.language else b""
    write_entries = write_archival_entries if source.conformance else write_metadata
    entries = write_entries(writer, source.title, source.system)
    root = writer.write(b"<</Type/Catalog/Pages %d 0 R%s%s>>" % (tree, language, entries))
    info = write_info(writer, source.title, source.system)
    identity = build_id(source.title, target.tell(), len(pages))
    writer.finish(b"/Root %d 0 R/Info %d 0 R%s" % (root, info, identity))


def _write_page(
    writer: ObjectWriter, path: Path, page: PageText, described: dict[str, Any], data: bytes,
    tree: int, font: int,
) -> int:  # fmt: skip
    width, height = described["page"]
    entries = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d%s"
        % (described["width"], described["height"], described["entries"].encode("latin-1"))
    )  # fmt: skip
    ranges = described.get("ranges")
    if ranges:
        length = sum(length for _, length in ranges)
        picture = writer.copy_stream(_read_ranges(path, ranges), length, entries)
    else:
        picture = writer.copy_stream((data,), len(data), entries)
    a, b, c, d, e, f = PLACES[described["orientation"]]
    matrix: tuple[float, ...] = (
        a * width,
        b * height,
        c * width,
        d * height,
        e * width,
        f * height,
    )
    layout = page.layout
    if layout is not None:
        matrix, width, height = _rotate(matrix, width, height, layout.rotation)
    content = b"q %s cm/Picture Do Q\n" % b" ".join(b"%.3f" % value for value in matrix)
    if layout is not None:
        area = Area((0.0, 0.0, width, height), 0)
        content += build_text(place_page(layout), area, layout.width, layout.height, b"OcrsiteText")
    return writer.write(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Contents %d 0 R/Resources"
        b"<</XObject<</Picture %d 0 R>>/Font<</OcrsiteText %d 0 R>>>>>>"
        % (tree, width, height, writer.write_stream(content), picture, font)
    )


def _rotate(
    matrix: tuple[float, ...], width: float, height: float, rotation: int
) -> tuple[tuple[float, ...], float, float]:
    """The picture on a page of `width` x `height`, both rotated clockwise by `rotation`."""
    for _ in range(rotation // 90):
        a, b, c, d, e, f = matrix
        matrix = (b, -a, d, -c, f, width - e)
        width, height = height, width
    return matrix, width, height


def _read_ranges(path: Path, ranges: list[list[int]]) -> Iterator[bytes]:
    """The bytes of `ranges` (offset, length) of the file, unread."""
    with path.open("rb") as file:
        for offset, length in ranges:
            file.seek(offset)
            while length > 0 and (chunk := file.read(min(length, _CHUNK))):
                length -= len(chunk)
                yield chunk


def _text(text: str) -> bytes:
    """A text string of a PDF."""
    return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"
