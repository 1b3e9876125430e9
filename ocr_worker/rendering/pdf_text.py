"""The text layer of a PDF page: its words with their boxes, and what else is on the page.

Runs only in the child process. pdfium gives characters in the file's order, with spaces and line
ends that it infers. Boxes are mapped from the page's own space (origin bottom left, before /Rotate)
to the shown page (points, origin top left).
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pypdfium2.raw as c

from documents.errors import DamagedPage
from documents.messages import Message

from .pdf_annotations import Field
from .pdf_drawn import IMAGE, SHAPE, DrawnObjects, PageTransform, address
from .pdf_field_words import merge_field_words

#: A page with more characters is refused: reading it would take minutes.
MAX_CHARACTERS = 200_000

#: A gap between glyphs of this many type sizes separates words (a space has a quarter of one).
_WORD_GAP = 0.12
#: So many spaces say how a page separates its words.
_FEW_SPACES = 5

#: Index of `invisible` in a word's list.
_INVISIBLE_AT = 7

_INVISIBLE = (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)


@dataclass
class _Word:
    """A word being collected by character; boxes in the page's own space."""

    text: list[str] = field(default_factory=list)
    left: float = math.inf
    bottom: float = math.inf
    right: float = -math.inf
    top: float = -math.inf
    first: int = 0
    upright: bool = True
    broken: int = 0
    hyphen: bool = False


def read_page_text(page: Any, width: float, height: float) -> dict[str, Any]:
    """Read words, images and shapes of an open pdfium page of `width` x `height` points (as shown).

    The result is JSON: `words` as lists `[text, x0, y0, x1, y1, size, turn, invisible, hyphen,
    broken, slant]`, `image_cover`, `image_box`, `paths`, `covered` (the words over which a shape is
    drawn). Raises ReadingError.
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
        raise DamagedPage(Message("The page’s text can’t be read."))
    try:
        count = c.FPDFText_CountChars(textpage)
        if count > MAX_CHARACTERS:
            raise DamagedPage(
                Message("The page has {count} characters; that is no readable page.", count=count)
            )
        return [
            _finish_word(textpage, word, affine) for word in _split_words(textpage, max(count, 0))
        ]
    finally:
        c.FPDFText_ClosePage(textpage)


def _split_words(textpage: Any, count: int) -> list[_Word]:
    """Group characters into words, split at white space, line ends and jumps back."""
    unicode_of, box_of = c.FPDFText_GetUnicode, c.FPDFText_GetCharBox
    angle_of = c.FPDFText_GetCharAngle
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = [ctypes.byref(value) for value in (left, right, bottom, top)]
    word_gap = _measure_word_gap(textpage, count)
    words: list[_Word] = []
    word = _Word()
    for index in range(count):
        code = unicode_of(textpage, index)
        if code in (0x20, 0x0D, 0x0A, 0x09, 0xA0) or 0x2000 <= code <= 0x200A or code == 0x3000:
            if word.text:
                words.append(word)
                word = _Word()
            continue
        hyphen = code in (2, 0xAD)  # pdfium writes 2 for a hyphen at the end of a line
        if not hyphen and (code < 0x20 or 0x7F <= code < 0xA0 or _is_unmapped(code)):
            word.broken += 1
        box_of(textpage, index, *pointers)
        if not word.text:
            word.first = index
            word.upright = abs(math.sin(angle_of(textpage, index))) < 0.5
        if right.value > left.value or top.value > bottom.value:
            if (
                word.upright
                and word.right > word.left
                and (
                    _is_elsewhere(word, left.value, bottom.value, top.value)
                    or (word_gap is not None and _starts_word(textpage, index, word.text, word_gap))
                )
            ):
                words.append(word)
                word = _Word(first=index, upright=word.upright)
            word.left, word.right = min(word.left, left.value), max(word.right, right.value)
            word.bottom, word.top = min(word.bottom, bottom.value), max(word.top, top.value)
        word.text.append("-" if hyphen else chr(code) if code < 0x110000 else "\ufffd")
        word.hyphen = hyphen
    if word.text:
        words.append(word)
    return words


def _is_elsewhere(word: _Word, left: float, bottom: float, top: float) -> bool:
    """Whether a character is on another line than the word so far, and further left.

    The file has no space between them, after a hyphen at the end of a line, say.
    """
    off_line = top <= word.bottom or bottom >= word.top
    return off_line and left < word.right - (word.top - word.bottom) / 2


def _measure_word_gap(textpage: Any, count: int) -> float | None:
    """The gap between words, in type sizes, on a page whose file has no spaces: pdfium infers them,
    and misses some. None where the file has spaces, or has hardly any words.

    Measured between the advances of glyphs (0 between the letters of ordinary text).
    """
    gaps: list[float] = []
    spaces = 0
    for index in range(1, count - 1):
        if c.FPDFText_GetUnicode(textpage, index) != 0x20:
            continue
        spaces += 1
        if c.FPDFText_IsGenerated(textpage, index) == 1:
            size = c.FPDFText_GetFontSize(textpage, index - 1)
            gap = _advance_gap(textpage, index - 1, index + 1)
            if size > 0 and gap > 0:
                gaps.append(gap / size)
        elif spaces - len(gaps) > _FEW_SPACES + len(gaps) / 4:
            return None
    return median(gaps) if len(gaps) >= _FEW_SPACES else None


def _starts_word(textpage: Any, index: int, before: list[str], word_gap: float) -> bool:
    """Whether a gap before the character separates words. Text whose letters are all set apart has
    such gaps everywhere."""
    if not before[-1].isalpha():
        return False
    gap = _advance_gap(textpage, index - 1, index)
    size = c.FPDFText_GetFontSize(textpage, index)
    if gap < max(_WORD_GAP, 0.8 * word_gap) * size:
        return False
    first = index - min(len(before), 8) + 1
    inside = [_advance_gap(textpage, at - 1, at) for at in range(first, index)]
    others = max(inside) if inside else _advance_gap(textpage, index, index + 1)
    return bool(gap > 2 * others + 0.02 * size)


def _advance_gap(textpage: Any, before: int, after: int) -> float:
    """Between two characters of a line, in the page's own units; 0 where it is unknown."""
    one, other = c.FS_RECTF(), c.FS_RECTF()
    if not c.FPDFText_GetLooseCharBox(textpage, before, one):
        return 0.0
    if not c.FPDFText_GetLooseCharBox(textpage, after, other):
        return 0.0
    return float(other.left - one.right)


def _is_unmapped(code: int) -> bool:
    return code in (0xFFFD, 0xFFFE, 0xFFFF) or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF


def _finish_word(textpage: Any, word: _Word, affine: PageTransform) -> tuple[list[Any], int]:
    text = "".join(word.text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFKC", text) if _has_ligature(text) else text
    text = "".join(ch for ch in text if ch >= " " and not "\x7f" <= ch < "\xa0")
    if word.right > word.left or word.top > word.bottom:
        box = affine.map_box(word.left, word.bottom, word.right, word.top)
    else:
        box = (0.0, 0.0, 0.0, 0.0)
    angle = c.FPDFText_GetCharAngle(textpage, word.first)
    degrees = 0.0 if angle < 0 else math.degrees(angle)
    own = round(degrees / 90) * 90
    obj = c.FPDFText_GetTextObject(textpage, word.first)
    mode = c.FPDFTextObj_GetTextRenderMode(obj) if obj else c.FPDF_TEXTRENDERMODE_FILL
    size = c.FPDFText_GetFontSize(textpage, word.first)
    tall = box[2] - box[0] if (own + affine.turn) % 180 else box[3] - box[1]
    return [
        text,
        *(round(value, 2) for value in box),
        round(max(tall, size if size < 3 * tall else tall), 2),
        (own + affine.turn) % 360,
        mode in _INVISIBLE,
        word.hyphen,
        word.broken,
        round(own - degrees, 2),
    ], address(obj)


def _has_ligature(text: str) -> bool:
    return any("\ufb00" <= ch <= "\ufb06" for ch in text)
