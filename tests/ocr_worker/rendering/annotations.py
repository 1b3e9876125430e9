"""Annotations on pages of PDFs, written as other programs write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String


def appearance(document: pikepdf.Pdf, words: str, *, width: float, height: float) -> Any:
    stream = document.make_stream(f"BT /F 12 Tf 2 4 Td ({words}) Tj ET".encode())
    stream.Type, stream.Subtype = Name.XObject, Name.Form
    stream.BBox = Array([0, 0, width, height])
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    stream.Resources = Dictionary(Font=Dictionary(F=helvetica))
    return stream


def annotate(path: Path, words: str, **entries: Any) -> Path:
    """Add an annotation that draws `words` at 60, 300 points from the bottom left."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        annotation = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Stamp,
            Rect=Array([60, 300, 260, 320]),
            AP=Dictionary(N=appearance(document, words, width=200, height=20)),
        )
        for name, value in entries.items():
            annotation[f"/{name}"] = value
        page = document.pages[0]
        if "/Annots" not in page:
            page.Annots = document.make_indirect(Array())
        page.Annots.append(document.make_indirect(annotation))
        document.save(path)
    return path


def write_remark(path: Path, words: str, **entries: Any) -> Path:
    """Free text whose appearance is left to the viewer, at 60, 280 to 260, 320."""
    entries = {"DA": String("/Helv 10 Tf 0 g"), **entries}
    annotate(path, "", Subtype=Name.FreeText, Contents=String(words),
             Rect=Array([60, 280, 260, 320]), **entries)  # fmt: skip
    return leave_to_viewer(path)


def leave_to_viewer(path: Path) -> Path:
    """The last annotation without its appearance."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        del document.pages[0].Annots[-1]["/AP"]
        document.save(path)
    return path
