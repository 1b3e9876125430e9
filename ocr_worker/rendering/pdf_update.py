"""What an update of a PDF has to know: its objects' numbers, and its pages as they are written.

The update itself is appended by the parent (`ocr_worker.searchable_pdf.overlay`): this process says
which bytes replace a page's dictionary. Runs only in the child process.
"""

from __future__ import annotations

import os
import re
from typing import Any, BinaryIO

import lxml.etree  # noqa: F401 - pikepdf imports it late, and the jail lets nothing in then
import pikepdf

from documents.errors import DamagedFile, DamagedPage, PasswordNeeded
from documents.messages import Message

from .pdf_archival import find_obstacles
from .pdf_open import LARGEST_REBUILT, rebuild_pdf
from .pdf_page_parts import (
    build_pattern,
    find_free_name,
    find_inherited,
    list_contents,
    read_rotation,
    read_shown_box,
    write_dictionary,
    write_resources,
    write_value,
)

#: Between the program that made a file and what read it; and how the latter begins.
_READ_BY, _OWN = "; read by ", "ocrsite "

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
            raise PasswordNeeded(
                Message(
                    "The PDF is protected. Give the password on the document’s page, or upload a "
                    "copy without one."
                )
            ) from error
        except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
            raise DamagedFile(
                Message(
                    "The file is damaged: it is no PDF. "
                    "Export it again from the program that made it, or scan the paper again."
                )
            ) from error

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
            key.encode() + b" " + write_value(trailer[key])
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
            key: write_value(value)
            for key, value in root.items()
            if key not in ("/Metadata", "/OutputIntents", "/Lang")
        }
        header = {
            "object": root.objgen[0],
            "generation": root.objgen[1],
            "obstacles": find_obstacles(self._pdf),
        }
        return header, write_dictionary(kept)[:-2] + entries.encode("latin-1") + b">>"

    def describe_producer(self, system: str) -> tuple[dict[str, Any], bytes]:
        """The description of the file with `system` behind the program that made it.

        The payload is the description (`bytes` long), then, where the file has metadata (XMP), the
        object that replaces them; `metadata` is its number and generation, or null.
        """
        info = self._pdf.trailer.get("/Info")
        known = info if isinstance(info, pikepdf.Dictionary) else pikepdf.Dictionary()
        entries = {key: write_value(value) for key, value in known.items()}
        producer = _name_both(known.get("/Producer"), system)
        entries["/Producer"] = pikepdf.String(producer).unparse()
        description = write_dictionary(entries)
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
        return {"box": read_shown_box(page), "rotate": read_rotation(page)}

    def build_page(
        self, number: int, *, content: int, font: int, rotation: int, pattern: int | None
    ) -> tuple[dict[str, Any], bytes]:
        """The page's dictionary with `content` (an object's number; 0: none) drawn first.

        `rotation`: degrees by which it is rotated further. `pattern`: the number of the pattern
        that is to draw the page in place of its contents; the header then has the `pattern`'s
        dictionary, whose stream follows the page's in the payload.
        """
        page = self._page(number)
        resources = find_inherited(page, "/Resources")
        header: dict[str, Any] = {
            "object": page.objgen[0],
            "generation": page.objgen[1],
            "font": find_free_name(resources, "/Font"),
        }
        entries = {
            key: write_value(value)
            for key, value in page.items()
            if key not in ("/Contents", "/Resources", "/Rotate")
        }
        for key in ("/MediaBox", "/CropBox"):
            box = find_inherited(page, key)
            if box is not None:
                entries[key] = write_value(box)
        entries["/Rotate"] = b"%d" % ((read_rotation(page) + rotation) % 360)
        contents = [b"%d 0 R" % content] if content else []
        drawn = b""
        if pattern is None:
            contents += list_contents(page)
            added = {"/Font": {header["font"]: font}} if content else {}
            entries["/Resources"] = write_resources(resources, added)
        else:
            header["pattern"], drawn = build_pattern(page, resources)
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
            raise DamagedPage(
                Message("The PDF has no page {page}. Upload another copy of the file.", page=number)
            )
        return self._pages[number - 1].obj


def rebuild_whole(stream: BinaryIO, numbers: list[int] | None = None) -> bytes:
    """The file as qpdf rewrites it, sound and without protection; of the pages `numbers` only.

    Raises DamagedFile where it is too large to be held in memory, PasswordNeeded.
    """
    if os.fstat(stream.fileno()).st_size > LARGEST_REBUILT:
        raise DamagedFile(
            Message(
                "The PDF is damaged or protected, and with more than {most} MB too large to be "
                "rewritten. Split it and upload the parts.",
                most=LARGEST_REBUILT >> 20,
            )
        )
    return rebuild_pdf(stream, numbers=numbers)


def _name_both(maker: Any, system: str) -> str:
    """Of a file that went through here before, what read it then is replaced."""
    before = str(maker).partition(_READ_BY)[0].strip() if isinstance(maker, pikepdf.String) else ""
    return f"{before}{_READ_BY}{system}" if before and not before.startswith(_OWN) else system
