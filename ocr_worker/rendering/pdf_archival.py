"""What in a PDF forbids it to be PDF/A-2b (ISO 19005-2) once it has metadata and an output intent.

Looks at every object and at the operators of every content. Not looked at: whether the widths in a
font's program are those of its dictionary, and other defects inside embedded programs. Runs only in
the child process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "JavaScript", "Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide", "SetOCGState",
        "Rendition", "Trans", "GoTo3DView",
    )
)  # fmt: skip
_MEDIA = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"})
_FILTERS = frozenset({"/LZWDecode", "/Crypt", "/JPXDecode"})

#: Four numbers and the operator of a CMYK colour.
_CMYK = re.compile(rb"(?:[-+.\d]+\s+){4}[kK](?=\s|$)")

#: Bytes of contents that are looked through.
_MOST_CONTENT = 64 * 2**20

_PRINT, _HIDDEN = 4, 2 | 32 | 1


def find_obstacles(pdf: pikepdf.Pdf) -> list[str]:
    """Short English names of what is forbidden, sorted; empty where nothing was found."""
    found: set[str] = set()
    root = pdf.Root
    if "/OCProperties" in root:
        found.add("layers")
    if "/AcroForm" in root and ("/XFA" in root.AcroForm or root.AcroForm.get("/NeedAppearances")):
        found.add("a dynamic form")
    left = _MOST_CONTENT
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            found.update(_look_at(thing))
        if isinstance(thing, pikepdf.Stream) and _is_content(thing):
            left -= _look_at_content(thing, left, found)
    for page in pdf.pages:
        for part in _contents(page.obj):
            left -= _look_at_content(part, left, found)
    return sorted(found)


def _look_at_content(stream: pikepdf.Stream, left: int, found: set[str]) -> int:
    """How many bytes were looked through; none where `left` says that it was enough."""
    if left <= 0:
        return 0
    try:
        content = stream.read_bytes()
    except pikepdf.PdfError:
        found.add("damaged contents")
        return 0
    if _CMYK.search(content):
        found.add("CMYK colours")
    return len(content)


def _look_at(thing: Any) -> Iterator[str]:
    kind, subtype = _name(thing, "/Type"), _name(thing, "/Subtype")
    if _name(thing, "/S") in _ACTIONS or "/JS" in thing:
        yield "scripts or actions"
    if "/EF" in thing or "/EmbeddedFiles" in thing:
        yield "embedded files"
    if kind == "/Font" and subtype not in ("/Type0", "/Type3"):
        yield from _look_at_font(thing, subtype)
    if subtype in _MEDIA:
        yield "sound, film or 3D"
    if kind == "/Annot" or ("/Rect" in thing and subtype is not None):
        yield from _look_at_annotation(thing, subtype)
    if "/TR" in thing or "/HTP" in thing:
        yield "transfer functions"
    if isinstance(thing, pikepdf.Stream):
        yield from _look_at_stream(thing, subtype)


def _look_at_font(font: Any, subtype: str | None) -> Iterator[str]:
    descriptor = font.get("/FontDescriptor")
    if descriptor is None or not any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")):
        yield "fonts that are not embedded"
    elif subtype == "/CIDFontType2" and "/CIDToGIDMap" not in font:
        yield "fonts without a map of glyphs"


def _look_at_annotation(annotation: Any, subtype: str | None) -> Iterator[str]:
    if subtype == "/Popup":
        return
    flags = int(annotation.get("/F", 0))
    if flags & _HIDDEN or (subtype != "/Link" and not flags & _PRINT):
        yield "annotations that are not printed"
    if subtype not in ("/Link", "/Popup") and "/AP" not in annotation:
        yield "annotations without an appearance"


def _look_at_stream(stream: pikepdf.Stream, subtype: str | None) -> Iterator[str]:
    names: Any = stream.get("/Filter", pikepdf.Array())
    listed = list(names) if isinstance(names, pikepdf.Array) else [names]
    if any(str(each) in _FILTERS for each in listed):
        yield "streams compressed by LZW or JPEG 2000"
    if subtype == "/Image":
        if stream.get("/Interpolate"):
            yield "interpolated pictures"
        if "/Alternates" in stream or "/OPI" in stream:
            yield "pictures with alternatives"
        if "/DeviceCMYK" in str(stream.get("/ColorSpace", "")):
            yield "CMYK colours"
    if "/FFilter" in stream or (subtype is None and "/F" in stream):
        yield "external files"
    if subtype == "/PS":
        yield "PostScript"


def _is_content(stream: pikepdf.Stream) -> bool:
    """Whether it has operators: a form or a pattern."""
    return _name(stream, "/Subtype") == "/Form" or "/PatternType" in stream


def _contents(page: Any) -> list[Any]:
    contents = page.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def _name(thing: Any, key: str) -> str | None:
    value = thing.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else None
