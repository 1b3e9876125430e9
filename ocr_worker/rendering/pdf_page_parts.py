"""How a page of a PDF is written: its entries, those it inherits, its contents as a pattern.

Runs only in the child process.
"""

from __future__ import annotations

import zlib
from typing import Any

import pikepdf

from documents.errors import DamagedPage
from documents.messages import Message

#: US Letter, as viewers take for a page without a size.
_NO_BOX = (0.0, 0.0, 612.0, 792.0)


def find_inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """An entry of the page, or of the nearest node above that has it."""
    node: pikepdf.Object | None = page
    depth = 0
    while node is not None and depth < 100:
        if key in node:
            return node[key]
        node, depth = node.get("/Parent"), depth + 1
    return None


def read_rotation(page: pikepdf.Object) -> int:
    """Degrees clockwise, from 0; 0 for what is no quarter of a turn."""
    value = find_inherited(page, "/Rotate")
    try:
        degrees = int(value) if value is not None else 0
    except (TypeError, ValueError):
        return 0
    return degrees % 360 if degrees % 90 == 0 else 0


def read_shown_box(page: pikepdf.Object) -> tuple[float, float, float, float]:
    """The crop box within the media box, as pdfium shows a page."""
    media = _read_box(find_inherited(page, "/MediaBox")) or _NO_BOX
    crop = _read_box(find_inherited(page, "/CropBox")) or media
    box = (
        max(media[0], crop[0]), max(media[1], crop[1]),
        min(media[2], crop[2]), min(media[3], crop[3]),
    )  # fmt: skip
    return box if box[2] > box[0] and box[3] > box[1] else media


def _read_box(value: pikepdf.Object | None) -> tuple[float, float, float, float] | None:
    try:
        x0, y0, x1, y1 = (float(each) for each in value)  # type: ignore[union-attr]
    except (TypeError, ValueError):
        return None
    if x0 == x1 or y0 == y1:
        return None
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def find_free_name(resources: pikepdf.Object | None, kind: str) -> str:
    """A name that none of the resources of this kind has, without its slash."""
    taken = set(resources.get(kind, pikepdf.Dictionary()).keys()) if resources is not None else ()
    name, number = "OcrsiteText", 1
    while f"/{name}" in taken:
        number += 1
        name = f"OcrsiteText{number}"
    return name


def write_resources(resources: pikepdf.Object | None, added: dict[str, dict[str, int]]) -> bytes:
    """The resources with further references, each under its kind and name."""
    entries = {}
    if resources is not None:
        entries = {key: write_value(value) for key, value in resources.items()}
    for kind, names in added.items():
        known = resources.get(kind) if resources is not None else None
        inner = (
            {key: write_value(value) for key, value in known.items()} if known is not None else {}
        )
        inner |= {f"/{name}": b"%d 0 R" % number for name, number in names.items()}
        entries[kind] = write_dictionary(inner)
    return write_dictionary(entries)


def write_value(value: Any) -> bytes:
    """As it is written in a file; a reference stays one. (pikepdf gives numbers as Python's.)"""
    if isinstance(value, pikepdf.Object):
        return value.unparse()
    return pikepdf.Array([value]).unparse().strip(b"[] ")


def write_dictionary(entries: dict[str, bytes]) -> bytes:
    """`entries`: values as they are written in a file, by name ("/Font")."""
    parts = (pikepdf.Name(key).unparse() + b" " + value for key, value in entries.items())
    return b"<<%s>>" % b"".join(parts)


def list_contents(page: pikepdf.Object) -> list[bytes]:
    """References to the streams that draw the page, in their order."""
    contents = page.get("/Contents")
    if contents is None:
        return []
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [write_value(part) for part in parts if isinstance(part, pikepdf.Stream)]


def build_pattern(page: pikepdf.Object, resources: pikepdf.Object | None) -> tuple[str, bytes]:
    """The page's contents as a pattern of one tile: it draws the same, and no reader takes text out
    of a pattern. The entries of its dictionary, and its stream, compressed; raises DamagedPage."""
    contents = page.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    try:
        drawn = b"\n".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))
    except pikepdf.PdfError as error:
        raise DamagedPage(
            Message(
                "The page's contents are damaged. "
                "Export it again from the program that made it, or scan the paper again."
            )
        ) from error
    x0, y0, x1, y1 = read_shown_box(page)
    entries = (
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[%s]/XStep %s/YStep %s"
        b"/Resources %s/Filter/FlateDecode"
        % (
            b" ".join(b"%.4f" % value for value in (x0, y0, x1, y1)),
            b"%.4f" % (x1 - x0),
            b"%.4f" % (y1 - y0),
            write_resources(resources, {}),
        )
    )
    return entries.decode("latin-1"), zlib.compress(drawn)
