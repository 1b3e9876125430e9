"""Which annotations of a PDF page stand on a layer (optional content) that is switched off?

Runs only in the child process. pdfium switches the layers of a page's content, and draws every
annotation whatever layer it is on.
"""

from __future__ import annotations

from typing import BinaryIO

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as c

from .pdf_annotations import each_annotation


def has_layers(page: pdfium.PdfPage) -> bool:
    """Whether an annotation stands on a layer."""
    return any(c.FPDFAnnot_HasKey(annotation, b"OC") for _, annotation in each_annotation(page))


def find_switched_off(stream: BinaryIO, number: int) -> frozenset[int]:
    """The indices of the annotations of page `number` (from 1) that are switched off; none where
    the file can't be read that way."""
    stream.seek(0)
    try:
        with pikepdf.open(stream, suppress_warnings=True) as document:
            annotations = document.pages[number - 1].obj.get("/Annots", ())
            return frozenset(
                index
                for index, annotation in enumerate(annotations)
                if "/OC" in annotation and not _is_on(document, annotation["/OC"])
            )
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError):
        return frozenset()


def _is_on(document: pikepdf.Pdf, content: pikepdf.Object) -> bool:
    """Whether a layer, or a membership of layers by its policy (ISO 32000-1, 8.11.2), is on."""
    if content.get("/Type") != "/OCMD":
        return _is_layer_on(document, content)
    found = content.get("/OCGs")
    layers = found if isinstance(found, pikepdf.Array) else [found]
    states = [_is_layer_on(document, layer) for layer in layers if layer is not None]
    if not states:
        return True
    policy = str(content.get("/P", "/AnyOn"))
    if policy == "/AllOn":
        return all(states)
    if policy == "/AnyOff":
        return not all(states)
    if policy == "/AllOff":
        return not any(states)
    return any(states)


def _is_layer_on(document: pikepdf.Pdf, layer: pikepdf.Object) -> bool:
    default = document.Root["/OCProperties"]["/D"]
    if str(default.get("/BaseState", "/ON")) == "/OFF":
        return _holds(default.get("/ON"), layer)
    return not _holds(default.get("/OFF"), layer)


def _holds(layers: pikepdf.Object | None, layer: pikepdf.Object) -> bool:
    return layers is not None and any(one.objgen == layer.objgen for one in layers)
