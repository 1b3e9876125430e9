"""What annotations and form fields add to a PDF page: stamps, remarks, signatures, filled fields.

Runs only in the child process. pdfium's text of a page is that of its content alone. So a private
copy of the page is made in which everything that annotations and fields draw is part of the content
(flattened), in the state in which `PdfFile.draw` shows it.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

#: Annotations looked at on one page.
_MOST = 5_000

#: Those that draw nothing of their own. A link's border has no words.
_WITHOUT_WORDS = (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP)

#: ISO 32000-1, table 165: not on the screen.
UNSEEN = c.FPDF_ANNOT_FLAG_HIDDEN | c.FPDF_ANNOT_FLAG_NOVIEW

#: A check box or radio button in its two states.
_MARKS = {
    c.FPDF_FORMFIELD_CHECKBOX: ("☐", "☑"),
    c.FPDF_FORMFIELD_RADIOBUTTON: ("○", "◉"),
}

_WITH_VALUE = (c.FPDF_FORMFIELD_TEXTFIELD, c.FPDF_FORMFIELD_COMBOBOX)

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in the page's own space


@dataclass(frozen=True)
class Field:
    """A field's place on the page; `mark`: of a button, "" for others; `value`: its text."""

    box: Rectangle
    mark: str = ""
    value: str = ""


class FlattenedPages:
    """The pages of a private copy of the file, opened when first needed by `reopen`."""

    def __init__(self, reopen: Callable[[], pdfium.PdfDocument]) -> None:
        self._reopen = reopen
        self._document: pdfium.PdfDocument | None = None

    def close(self) -> None:
        if self._document is not None:
            self._document.close()
            self._document = None

    @contextlib.contextmanager
    def flatten(
        self, number: int, switched_off: Collection[int] = ()
    ) -> Iterator[tuple[pdfium.PdfPage, list[Field]]]:
        """Page `number` (from 1) with what its annotations draw but those `switched_off`, and its
        fields.

        Raises pdfium.PdfiumError. A page is flattened once; later it has no annotations and no
        fields, so the copy is opened again for another request of the same page.
        """
        if self._document is None:
            self._document = self._reopen()
            self._document.init_forms()
        page = self._document[number - 1]
        try:
            show_as_viewers_do(page, switched_off)
            _drop_unseen(page)
            fields = list(_read_fields(page))
            flattened = c.FPDFPage_Flatten(page, c.FLAT_NORMALDISPLAY)
        finally:
            page.close()
        page = self._document[number - 1]
        try:
            yield page, fields
        finally:
            page.close()
            if flattened == c.FLATTEN_SUCCESS:
                self.close()


def show_as_viewers_do(page: pdfium.PdfPage, switched_off: Collection[int]) -> None:
    """Hide the annotations `switched_off`, by their indices; show fields of a file without a form.

    Other viewers draw the appearances of such fields like those of any other annotation. pdfium
    leaves them to its form, of which there is none.
    """
    for index, annotation in each_annotation(page):
        if index in switched_off:
            flags = c.FPDFAnnot_GetFlags(annotation)
            c.FPDFAnnot_SetFlags(annotation, flags | c.FPDF_ANNOT_FLAG_HIDDEN)
        elif page.formenv is None and (
            c.FPDFAnnot_GetSubtype(annotation) == c.FPDF_ANNOT_WIDGET
            and c.FPDFAnnot_HasKey(annotation, b"AP")
        ):
            kind = (ctypes.c_ushort * 6)(*map(ord, "Stamp"), 0)
            c.FPDFAnnot_SetStringValue(annotation, b"Subtype", kind)


def has_annotations(page: pdfium.PdfPage) -> bool:
    """Whether annotations or fields may draw words on the page."""
    return any(
        c.FPDFAnnot_GetSubtype(annotation) not in _WITHOUT_WORDS
        and not c.FPDFAnnot_GetFlags(annotation) & UNSEEN
        for _, annotation in each_annotation(page)
    )


def each_annotation(page: pdfium.PdfPage) -> Iterator[tuple[int, Any]]:
    """From the last to the first, so that one may be removed on the way."""
    for index in reversed(range(min(max(c.FPDFPage_GetAnnotCount(page), 0), _MOST))):
        annotation = c.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield index, annotation
            finally:
                c.FPDFPage_CloseAnnot(annotation)


def _drop_unseen(page: pdfium.PdfPage) -> None:
    """Make flattening agree with the screen, on which it leaves "no view" to the caller."""
    unseen = []
    for index, annotation in each_annotation(page):
        flags = c.FPDFAnnot_GetFlags(annotation)
        if flags & UNSEEN:
            unseen.append(index)
        elif flags & c.FPDF_ANNOT_FLAG_INVISIBLE:
            # Holds for annotations of unknown kinds only, and pdfium draws even those.
            c.FPDFAnnot_SetFlags(annotation, flags & ~c.FPDF_ANNOT_FLAG_INVISIBLE)
    for index in unseen:
        c.FPDFPage_RemoveAnnot(page, index)


def _read_fields(page: pdfium.PdfPage) -> Iterator[Field]:
    if page.formenv is None:
        return
    for _, annotation in each_annotation(page):
        kind = c.FPDFAnnot_GetFormFieldType(page.formenv, annotation)
        rectangle = c.FS_RECTF()
        if kind < 0 or not c.FPDFAnnot_GetRect(annotation, rectangle):
            continue
        left, right = sorted((rectangle.left, rectangle.right))
        bottom, top = sorted((rectangle.bottom, rectangle.top))
        box = (left, bottom, right, top)
        if kind in _MARKS:
            ticked = bool(c.FPDFAnnot_IsChecked(page.formenv, annotation))
            yield Field(box, mark=_MARKS[kind][ticked])
        elif kind in _WITH_VALUE:
            get = partial(c.FPDFAnnot_GetFormFieldValue, page.formenv, annotation)
            yield Field(box, value=read_utf16(get))


def read_utf16(get: Callable[[Any, int], int]) -> str:
    """The text that `get(buffer, size)` writes; it returns the size, bytes, that it needs."""
    size = get(None, 0)
    if size <= 2:
        return ""
    buffer = (c.FPDF_WCHAR * (size // 2))()
    get(buffer, size)
    return ctypes.string_at(buffer, size - 2).decode("utf-16-le", "replace")
