"""The text layer of a PDF page: its words with their boxes, and what else is on the page.

Runs only in the child process. pdfium gives characters in the file's order, with spaces and line
ends that it infers. Boxes are mapped from the page's own space (origin bottom left, before /Rotate)
to the shown page (points, origin top left).
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

import pypdfium2.raw as c

from documents.errors import DamagedPage
from documents.messages import Message

from .pdf_annotations import Field
from .pdf_drawn import IMAGE, SHAPE, DrawnObjects, PageTransform, address
from .pdf_field_words import merge_field_words
from .pdf_fonts import FontWeights
from .pdf_joined_words import join_across_fonts
from .pdf_stated_text import StatedTexts
from .pdf_words import RawWord, split_words

#: A page with more characters is refused: reading it would take minutes.
MAX_CHARACTERS = 200_000

#: Index of `invisible` in a word's list.
_INVISIBLE_AT = 7

_LIGATURE = re.compile("[\ufb00-\ufb06]")

_INVISIBLE = (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)


def count_letters(page: Any) -> int:
    """How many characters that are not white space the page's own text has."""
    textpage = c.FPDFText_LoadPage(page)
    if not textpage:
        return 0
    try:
        count = c.FPDFText_CountChars(textpage)
        codes = (c.FPDFText_GetUnicode(textpage, index) for index in range(count))
        return sum(code > 0x20 for code in codes)
    finally:
        c.FPDFText_ClosePage(textpage)


def read_page_text(page: Any, width: float, height: float) -> dict[str, Any]:
    """Read words, images and shapes of an open pdfium page of `width` x `height` points (as shown).

    The result is JSON: `words` as lists `[text, x0, y0, x1, y1, size, turn, invisible, hyphen,
    broken, slant, bold, stated]`, `image_cover`, `image_box`, `paths`, `covered` (the words over
    which a shape is drawn). Raises ReadingError.
    """
    affine = PageTransform(page, width, height)
    drawn = DrawnObjects(affine, width, height)
    drawn.visit(page)
    words, covered = _read_shown_words(page, affine, drawn)
    return {"words": words, "covered": covered, **drawn.summarise()}


def read_page_text_with_fields(
    page: Any, flattened: Any, fields: list[Field], width: float, height: float
) -> dict[str, Any]:
    """As `read_page_text`, with the words that annotations and form fields of the page draw.

    `flattened`: the page with these as a part of its content, and its `fields`.
    """
    layer = read_page_text(flattened, width, height)
    affine = PageTransform(flattened, width, height)
    # What is flattened comes after the page's own content.
    own = len(_read_words(page, PageTransform(page, width, height)))
    places = [(field, affine.map_box(*field.box)) for field in fields]
    words = layer["words"]
    layer["words"] = merge_field_words(words[:own], words[own:], places, affine.turn)
    return layer


def _read_shown_words(
    page: Any, affine: PageTransform, drawn: DrawnObjects
) -> tuple[list[list[Any]], list[list[Any]]]:
    """The page's words, and those of them that a shape covers."""
    words: list[list[Any]] = []
    covered: list[list[Any]] = []
    for word, obj in _read_words(page, affine):
        over = drawn.find_cover(obj, (word[1], word[2], word[3], word[4]))
        if over == IMAGE:
            word[_INVISIBLE_AT] = True  # an OCR layer under the image of its page
        if over == SHAPE:
            covered.append(word)
        words.append(word)
    return words, covered


def _read_words(page: Any, affine: PageTransform) -> list[tuple[list[Any], int]]:
    """Each word as in `read_page_text`, with the address of its text object (0: it has none)."""
    textpage = c.FPDFText_LoadPage(page)
    if not textpage:
        raise DamagedPage(
            Message(
                "The page’s text can’t be read. "
                "Export it again from the program that made it, or scan the paper again."
            )
        )
    try:
        count = c.FPDFText_CountChars(textpage)
        if count > MAX_CHARACTERS:
            raise DamagedPage(
                Message(
                    "The page has {count} characters; that is no readable page. "
                    "Export the page as an image and upload that.",
                    count=count,
                )
            )
        words = join_across_fonts(textpage, split_words(textpage, max(count, 0)))
        weights, stated = FontWeights(), StatedTexts()
        return [_finish_word(textpage, word, affine, weights, stated) for word in words]
    finally:
        c.FPDFText_ClosePage(textpage)


def _finish_word(
    textpage: Any,
    word: RawWord,
    affine: PageTransform,
    weights: FontWeights,
    stated: StatedTexts,
) -> tuple[list[Any], int]:
    box = (0.0, 0.0, 0.0, 0.0) if word.box is None else affine.map_box(*word.box)
    angle = c.FPDFText_GetCharAngle(textpage, word.first)
    degrees = 0.0 if angle <= 0 else math.degrees(angle)
    own = round(degrees / 90) * 90
    obj = c.FPDFText_GetTextObject(textpage, word.first)
    mode = c.FPDFTextObj_GetTextRenderMode(obj) if obj else c.FPDF_TEXTRENDERMODE_FILL
    size = c.FPDFText_GetFontSize(textpage, word.first)
    tall = box[2] - box[0] if (own + affine.turn) % 180 else box[3] - box[1]
    return [
        _clean_text(word.text),
        *(round(value, 2) for value in box),
        round(max(tall, size if size < 3 * tall else tall), 2),
        (own + affine.turn) % 360,
        mode in _INVISIBLE,
        word.hyphen,
        word.broken,
        round(own - degrees, 2),
        weights.is_bold(obj),
        stated.is_stated(obj),
    ], address(obj)


def _clean_text(text: str) -> str:
    """The text with pairs of surrogates joined, without ligatures and control codes."""
    if text.isprintable() and not _LIGATURE.search(text):
        return text
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFKC", text) if _LIGATURE.search(text) else text
    return "".join(ch for ch in text if ch >= " " and not "\x7f" <= ch < "\xa0")
