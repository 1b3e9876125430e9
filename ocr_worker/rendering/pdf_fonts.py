"""How heavy the type of a text object is. Runs only in the child process."""

from __future__ import annotations

import ctypes
import re
from typing import Any

import pypdfium2.raw as c

from .pdf_drawn import address

#: Weights (100 to 900, as of CSS) from which type is bold; the flag ForceBold of a font's
#: descriptor (ISO 32000-2, table 121).
_BOLD, _FORCE_BOLD = 600, 1 << 18

#: How bold fonts are named, those of PostScript and TeX, too.
_NAMES = re.compile(rb"bold|black|heavy|[-,]demi|-medi$|cmbx", re.IGNORECASE)

#: Programs that have no bold font draw the outlines of the letters, too.
_OUTLINED = (c.FPDF_TEXTRENDERMODE_FILL_STROKE, c.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP)


class FontWeights:
    """Remembers the fonts of one page."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def is_bold(self, obj: Any) -> bool:
        """Whether the text object (None: there is none) is of bold type."""
        if not obj:
            return False
        if c.FPDFTextObj_GetTextRenderMode(obj) in _OUTLINED:
            return True
        font = c.FPDFTextObj_GetFont(obj)
        if not font:
            return False
        key = address(font)
        if key not in self._known:
            self._known[key] = _is_bold(font)
        return self._known[key]


def _is_bold(font: Any) -> bool:
    name = ctypes.create_string_buffer(256)
    c.FPDFFont_GetBaseFontName(font, name, len(name))
    if name.value:
        return bool(_NAMES.search(name.value))
    flags = c.FPDFFont_GetFlags(font)
    return c.FPDFFont_GetWeight(font) >= _BOLD or (flags > 0 and bool(flags & _FORCE_BOLD))
