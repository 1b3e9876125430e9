"""Text and stamps put on a PDF page whose appearance the file leaves to the viewer.

Runs only in the child process. A free-text annotation (ISO 32000-1, 12.5.6.6) may come without an
appearance stream: viewers then set its /Contents in its rectangle, in the type size of its default
appearance (/DA). A stamp (12.5.6.12) may come without one, too: viewers draw what its /Name says.
pdfium draws nothing there, so neither the page's words nor its picture has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from .pdf_annotations import UNSEEN, each_annotation, read_utf16
from .pdf_drawn import PageTransform

#: The type size, points, where the annotation states none or leaves it to the viewer (0).
_SIZE = 12.0
#: The height of a line and the mean width of a letter, in type sizes.
_LINE, _LETTER = 1.2, 0.5
#: Words of one remark at most.
_MOST = 2_000

#: Sizes outside of these are taken for none: files may state anything.
_SMALLEST, _LARGEST = 2.0, 200.0

_ENDS_OF_PARAGRAPHS = re.compile(r"</p\s*>|<br[^<>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")

#: What may come without an appearance; in a file that has no form, its fields, too, of these types.
_KINDS = (c.FPDF_ANNOT_FREETEXT, c.FPDF_ANNOT_STAMP)
_WITH_TEXT = ("Tx", "Ch")

#: Names of stamps: the words in "NotApproved", "SBNotApproved" (as Acrobat has them), "#TopSecret".
_WORDS_OF_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+")
_PREFIX = re.compile(r"^#?(?:S[BH](?=[A-Z][a-z]))?")

#: ISO 32000-1, table 181: where a stamp has no name.
_STAMP = "Draft"

_STATED_SIZE = re.compile(r"(\d{1,4}(?:\.\d{0,4})?|\.\d{1,4})\d*\s+Tf\b")


def read_remarks(page: pdfium.PdfPage) -> list[list[Any]]:
    """The words of free text, of stamps, and of fields of a file that has no form, where they come
    without an appearance; as in `read_page_text`.

    `page`: not drawn yet, because pdfium then gives such annotations an empty box as their
    appearance. Where each word stands is estimated: its line and its place within the rectangle.
    """
    affine = PageTransform(page, *page.get_size())
    words: list[list[Any]] = []
    for _, annotation in each_annotation(page):
        kind = c.FPDFAnnot_GetSubtype(annotation)
        kinds = _KINDS if page.formenv is not None else (*_KINDS, c.FPDF_ANNOT_WIDGET)
        if (
            kind not in kinds
            or c.FPDFAnnot_GetFlags(annotation) & UNSEEN
            or c.FPDFAnnot_HasKey(annotation, b"AP")
        ):
            continue
        rectangle = c.FS_RECTF()
        if not c.FPDFAnnot_GetRect(annotation, rectangle):
            continue
        if kind == c.FPDF_ANNOT_STAMP:
            text = _name_stamp(_read_string(annotation, b"Name") or _STAMP)
            high = abs(rectangle.top - rectangle.bottom)
            wide = abs(rectangle.right - rectangle.left)
            size = min(high / _LINE, wide / _LETTER / max(len(text), 1))
        else:
            stated = _STATED_SIZE.search(_read_string(annotation, b"DA"))
            size = float(stated[1]) if stated else 0.0
            key = b"V" if kind == c.FPDF_ANNOT_WIDGET else b"Contents"
            text = _read_string(annotation, key) or _read_rich_text(annotation)
        if kind == c.FPDF_ANNOT_WIDGET and _read_string(annotation, b"FT") not in _WITH_TEXT:
            continue
        words += _set_text(text, size, rectangle, affine)
    return words


def _name_stamp(name: str) -> str:
    """The words that viewers draw: "NOT APPROVED" for "NotApproved"."""
    return " ".join(_WORDS_OF_NAME.findall(_PREFIX.sub("", name))).upper()


def _set_text(text: str, size: float, rectangle: Any, affine: PageTransform) -> Iterator[list[Any]]:
    left, right = sorted((rectangle.left, rectangle.right))
    bottom, top = sorted((rectangle.bottom, rectangle.top))
    if not _SMALLEST <= size <= _LARGEST:
        size = _SIZE
    lines = list(_break_lines(text, (right - left) / size))
    # What does not fit stands closer: each word keeps a place of its own within the rectangle.
    step = min(_LINE * size, (top - bottom) / max(len(lines), 1))
    for number, line in enumerate(lines):
        letters = sum(map(len, line)) + len(line) - 1
        wide = min(_LETTER * size, (right - left) / max(letters, 1))
        at, y = left, top - number * step
        for text in line:
            box = affine.map_box(at, y - min(step, size), at + wide * len(text), y)
            at += wide * (len(text) + 1)
            high = round(min(step, size), 2)
            facts = (affine.turn, False, False, 0, 0.0, False)  # as `_finish_word` has them
            yield [text, *(round(value, 2) for value in box), high, *facts]


def _break_lines(text: str, ems: float) -> Iterator[list[str]]:
    """The words of each line where a line has room for `ems` type sizes."""
    room = max(int(ems / _LETTER), 1)
    left = _MOST
    for paragraph in text.splitlines():
        line: list[str] = []
        for word in paragraph.split()[:left]:
            left -= 1
            if line and sum(map(len, line)) + len(line) + len(word) > room:
                yield line
                line = []
            line.append(word)
        if line:
            yield line


def _read_rich_text(annotation: Any) -> str:
    """The words of the text with styles (/RC, XHTML), which some programs write alone."""
    text = _ENDS_OF_PARAGRAPHS.sub("\n", _read_string(annotation, b"RC"))
    return unescape(_TAGS.sub("", text)).strip()


def _read_string(annotation: Any, key: bytes) -> str:
    text = read_utf16(partial(c.FPDFAnnot_GetStringValue, annotation, key))
    return text.replace("\r\n", "\n").replace("\r", "\n")
