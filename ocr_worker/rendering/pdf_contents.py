"""What a PDF holds besides its pages: the data of a dynamic form, the files of a portfolio.

Runs only in the child process. The only page of such a file says that another reader is needed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405 # used in the jail only
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as c

#: Lines told at most, and bytes of a form's data read for them.
_MOST_LINES = 2_000
_MOST_BYTES = 16 * 1024 * 1024

#: Characters of one line.
_LONGEST = 1_000

#: XFA 3.3, "Data packages": what people have filled in.
_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"


def may_hold_contents(document: pdfium.PdfDocument) -> bool:
    """Whether `read_contents` may find something: it opens the file once more, this does not."""
    xfa = (c.FORMTYPE_XFA_FULL, c.FORMTYPE_XFA_FOREGROUND)
    return c.FPDF_GetFormType(document) in xfa or c.FPDFDoc_GetAttachmentCount(document) > 0


def read_contents(stream: BinaryIO) -> list[str] | None:
    """Lines of text that the file holds elsewhere; None where its pages are all there is to see.

    A dynamic form (XFA) gives its fields as "name: value", a portfolio the names of its files.
    """
    stream.seek(0)
    try:
        with pikepdf.open(stream, suppress_warnings=True) as document:
            root = document.Root
            if "/Collection" in root:
                return _clean(_name_files(document))
            form = root.get("/AcroForm", {})
            if "/XFA" in form and (root.get("/NeedsRendering", False) or not form.get("/Fields")):
                return _clean(_list_fields(_read_xfa(form["/XFA"])))
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError):
        pass  # the pages are read all the same
    return None


def _clean(lines: Iterator[str]) -> list[str]:
    found = []
    for line in lines:
        text = " ".join("".join(ch if ch.isprintable() else " " for ch in line).split())
        if text:
            found.append(text[:_LONGEST])
        if len(found) == _MOST_LINES:
            break
    return found


def _name_files(document: pikepdf.Pdf) -> Iterator[str]:
    for name, file in document.attachments.items():
        yield str(file.filename or name)


def _read_xfa(entry: Any) -> bytes:
    """The form's XML: one stream, or the one that holds the data among named ones."""
    if isinstance(entry, pikepdf.Array):
        parts = {str(entry[i]): entry[i + 1] for i in range(0, len(entry) - 1, 2)}
        entry = parts["datasets"]
    content = bytes(entry.read_bytes())
    if len(content) > _MOST_BYTES:
        raise ValueError("more data than a form has")
    return content


def _list_fields(content: bytes) -> Iterator[str]:
    """Each filled field as "name: value", in the order of the data. Raises ValueError."""
    try:
        root = ET.fromstring(content)  # noqa: S314 # nosec B314 # in the jail; expat bounds entities
    except ET.ParseError as error:
        raise ValueError(f"damaged form data: {error}") from error
    for data in root.iter(_DATA):
        for element in data.iter():
            if len(element) == 0 and element.text and element.text.strip():
                name = element.tag.rpartition("}")[2]
                yield f"{name}: {element.text.strip()}"
