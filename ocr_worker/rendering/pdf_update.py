"""What an update of a PDF has to know: its objects' numbers, and its pages as they are written.

The update itself is appended by the parent (`ocr_worker.searchable_pdf.overlay`): this process says
which bytes replace a page's dictionary. Runs only in the child process.
"""

from __future__ import annotations

import os
import re
import zlib
from typing import Any, BinaryIO

import lxml.etree  # noqa: F401 - pikepdf imports it late, and the jail lets nothing in then
import pikepdf

from documents.errors import DamagedFile, DamagedPage, PasswordNeeded
from documents.messages import Message

from .pdf_archival import find_obstacles
from .pdf_open import LARGEST_REBUILT, rebuild_pdf

#: US Letter, as viewers take for a page without a size.
_NO_BOX = (0.0, 0.0, 612.0, 792.0)

#: Between the program that made a file and what read it; and how the latter begins.
_READ_BY, _OWN = "; read by ", "ocrsite "

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")


class PdfUpdate:
    """An open PDF of which pages get new dictionaries. `stream` stays the caller's."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.seek(0)
        try:
            self._pdf = pikepdf.open(stream, suppress_warnings=True)
            self._pages = list(self._pdf.pages)
        except pikepdf.PasswordError as error:
            raise PasswordNeeded(Message("The PDF is protected.")) from error
        except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
            raise DamagedFile(Message("The file is damaged: it is no PDF.")) from error

    def close(self) -> None:
        self._pages = []
        self._pdf.close()

    def facts(self) -> dict[str, Any]:
        """`sound`: an update can be appended to the file as it is. Otherwise it has to be rebuilt.

        `size`: the first free object number. `previous`: where the file's cross-reference table
        begins, `as_stream`: whether that is a stream. `trailer`: what the new one repeats, but for
        what `describe_producer` replaces.
        """
        trailer = self._pdf.trailer
        size, previous = int(trailer.get("/Size", 0)), self._find_table()
        sound = (
            previous is not None
            and not self._pdf.is_encrypted
            and os.pread(self._stream.fileno(), 5, 0) == b"%PDF-"
            and not self._pdf.get_warnings()
            and all(0 < page.objgen[0] < size for page in self._pages)
        )
        kept = [
            key.encode() + b" " + _unparse(trailer[key])
            for key in ("/Root", "/ID")
            if key in trailer and (key == "/ID" or trailer[key].is_indirect)
        ]
        return {
            "sound": sound,
            "size": size,
            "previous": previous,
            "as_stream": sound and os.pread(self._stream.fileno(), 4, previous or 0) != b"xref",
            "trailer": b"".join(kept).decode("latin-1"),
            "pages": len(self._pages),
        }

    def _find_table(self) -> int | None:
        end = os.fstat(self._stream.fileno()).st_size
        tail = os.pread(self._stream.fileno(), 2048, max(0, end - 2048))
        found = _START.search(tail)
        return int(found[1]) if found and int(found[1]) < end else None

    def describe_catalog(self, entries: str) -> tuple[dict[str, Any], bytes]:
        """The catalog with `entries` for its own: its number, and what forbids PDF/A-2b."""
        root = self._pdf.Root
        kept = {
            key: _unparse(value)
            for key, value in root.items()
            if key not in ("/Metadata", "/OutputIntents", "/Lang")
        }
        header = {
            "object": root.objgen[0],
            "generation": root.objgen[1],
            "obstacles": find_obstacles(self._pdf),
        }
        return header, _dictionary(kept)[:-2] + entries.encode("latin-1") + b">>"

    def describe_producer(self, system: str) -> tuple[dict[str, Any], bytes]:
        """The description of the file with `system` behind the program that made it.

        The payload is the description (`bytes` long), then, where the file has metadata (XMP), the
        object that replaces them; `metadata` is its number and generation, or null.
        """
        info = self._pdf.trailer.get("/Info")
        known = info if isinstance(info, pikepdf.Dictionary) else pikepdf.Dictionary()
        entries = {key: _unparse(value) for key, value in known.items()}
        producer = _name_both(known.get("/Producer"), system)
        entries["/Producer"] = pikepdf.String(producer).unparse()
        description = _dictionary(entries)
        header: dict[str, Any] = {"bytes": len(description), "metadata": None}
        packet = self._rewrite_metadata(producer)
        if packet is None:
            return header, description
        header["metadata"] = list(self._pdf.Root.Metadata.objgen)
        entry = b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n" % len(packet)
        return header, description + entry + packet + b"\nendstream"

    def _rewrite_metadata(self, producer: str) -> bytes | None:
        """The file's metadata with this producer; None where it has none that can be read."""
        found = self._pdf.Root.get("/Metadata")
        if not isinstance(found, pikepdf.Stream):
            return None
        try:
            with self._pdf.open_metadata(
                set_pikepdf_as_editor=False, update_docinfo=False, strict=True
            ) as metadata:
                metadata["pdf:Producer"] = producer
            return self._pdf.Root.Metadata.read_bytes()
        except Exception:  # whatever is wrong with them, they stay as they are
            return None
        finally:
            self._pdf.Root.Metadata = found

    def describe_page(self, number: int) -> dict[str, Any]:
        """Where the page is shown: `box` in its own units, `rotate` in degrees clockwise."""
        page = self._page(number)
        return {"box": _shown_box(page), "rotate": _rotation(page)}

    def build_page(
        self, number: int, *, content: int, font: int, rotation: int, pattern: int | None
    ) -> tuple[dict[str, Any], bytes]:
        """The page's dictionary with `content` (an object's number; 0: none) drawn first.

        `rotation`: degrees by which it is rotated further. `pattern`: the number of the pattern
        that is to draw the page in the place of its contents; the header then has the `pattern`'s
        dictionary, whose stream follows the page's in the payload.
        """
        page = self._page(number)
        resources = _inherited(page, "/Resources")
        header: dict[str, Any] = {
            "object": page.objgen[0],
            "generation": page.objgen[1],
            "font": _free_name(resources, "/Font"),
        }
        entries = {
            key: _unparse(value)
            for key, value in page.items()
            if key not in ("/Contents", "/Resources", "/Rotate")
        }
        for key in ("/MediaBox", "/CropBox"):
            box = _inherited(page, key)
            if box is not None:
                entries[key] = _unparse(box)
        entries["/Rotate"] = b"%d" % ((_rotation(page) + rotation) % 360)
        contents = [b"%d 0 R" % content] if content else []
        drawn = b""
        if pattern is None:
            contents += _list_contents(page)
            added = {"/Font": {header["font"]: font}} if content else {}
            entries["/Resources"] = _extend(resources, added)
        else:
            header["pattern"], drawn = _build_pattern(page, resources)
            entries["/Resources"] = b"<</Font<</%s %d 0 R>>/Pattern<</Page %d 0 R>>>>" % (
                header["font"].encode(), font, pattern,
            )  # fmt: skip
            # Marks of structure are out of reach in a pattern.
            entries.pop("/StructParents", None)
        entries["/Contents"] = b"[%s]" % b" ".join(contents)
        body = b"".join(key.encode() + b" " + value for key, value in sorted(entries.items()))
        dictionary = b"<<%s>>" % body
        header["bytes"] = len(dictionary)
        return header, dictionary + drawn

    def _page(self, number: int) -> pikepdf.Object:
        if not 1 <= number <= len(self._pages):
            raise DamagedPage(Message("The PDF has no page {page}.", page=number))
        return self._pages[number - 1].obj


def rebuild_whole(stream: BinaryIO, numbers: list[int] | None = None) -> bytes:
    """The file as qpdf writes it anew, sound and without protection; of the pages `numbers` only.

    Raises DamagedFile where it is too large to be held in memory, PasswordNeeded.
    """
    if os.fstat(stream.fileno()).st_size > LARGEST_REBUILT:
        raise DamagedFile(
            Message(
                "The PDF is damaged or protected, and with more than {most} MB too large to be "
                "written anew.",
                most=LARGEST_REBUILT >> 20,
            )
        )
    return rebuild_pdf(stream, numbers=numbers)


def _name_both(maker: Any, system: str) -> str:
    """Of a file that went through here before, what read it then is replaced."""
    before = str(maker).partition(_READ_BY)[0].strip() if isinstance(maker, pikepdf.String) else ""
    return f"{before}{_READ_BY}{system}" if before and not before.startswith(_OWN) else system


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """An entry of the page, or of the nearest node above that has it."""
    node: pikepdf.Object | None = page
    depth = 0
    while node is not None and depth < 100:
        if key in node:
            return node[key]
        node, depth = node.get("/Parent"), depth + 1
    return None


def _rotation(page: pikepdf.Object) -> int:
    value = _inherited(page, "/Rotate")
    try:
        degrees = int(value) if value is not None else 0
    except (TypeError, ValueError):
        return 0
    return degrees % 360 if degrees % 90 == 0 else 0


def _shown_box(page: pikepdf.Object) -> tuple[float, float, float, float]:
    """The crop box within the media box, as pdfium shows a page."""
    media = _read_box(_inherited(page, "/MediaBox")) or _NO_BOX
    crop = _read_box(_inherited(page, "/CropBox")) or media
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


def _free_name(resources: pikepdf.Object | None, kind: str) -> str:
    taken = set(resources.get(kind, pikepdf.Dictionary()).keys()) if resources is not None else ()
    name, number = "OcrsiteText", 1
    while f"/{name}" in taken:
        number += 1
        name = f"OcrsiteText{number}"
    return name


def _extend(resources: pikepdf.Object | None, added: dict[str, dict[str, int]]) -> bytes:
    """The resources with further references, each under its kind and name."""
    entries = {}
    if resources is not None:
        entries = {key: _unparse(value) for key, value in resources.items()}
    for kind, names in added.items():
        known = resources.get(kind) if resources is not None else None
        inner = {key: _unparse(value) for key, value in known.items()} if known is not None else {}
        inner |= {f"/{name}": b"%d 0 R" % number for name, number in names.items()}
        entries[kind] = _dictionary(inner)
    return _dictionary(entries)


def _unparse(value: Any) -> bytes:
    """As it is written in a file; a reference stays one. (pikepdf gives numbers as Python's.)"""
    if isinstance(value, pikepdf.Object):
        return value.unparse()
    return pikepdf.Array([value]).unparse().strip(b"[] ")


def _dictionary(entries: dict[str, bytes]) -> bytes:
    parts = (pikepdf.Name(key).unparse() + b" " + value for key, value in entries.items())
    return b"<<%s>>" % b"".join(parts)


def _list_contents(page: pikepdf.Object) -> list[bytes]:
    contents = page.get("/Contents")
    if contents is None:
        return []
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [_unparse(part) for part in parts if isinstance(part, pikepdf.Stream)]


def _build_pattern(page: pikepdf.Object, resources: pikepdf.Object | None) -> tuple[str, bytes]:
    """The page's contents as a pattern of one tile: it draws the same, and no reader takes text out
    of a pattern."""
    contents = page.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    try:
        drawn = b"\n".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))
    except pikepdf.PdfError as error:
        raise DamagedPage(Message("The page's contents are damaged.")) from error
    x0, y0, x1, y1 = _shown_box(page)
    entries = (
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[%s]/XStep %s/YStep %s"
        b"/Resources %s/Filter/FlateDecode"
        % (
            b" ".join(b"%.4f" % value for value in (x0, y0, x1, y1)),
            b"%.4f" % (x1 - x0),
            b"%.4f" % (y1 - y0),
            _extend(resources, {}),
        )
    )
    return entries.decode("latin-1"), zlib.compress(drawn)
