"""Text that a PDF states for what is drawn (/ActualText). Runs only in the child process.

Programs state it for ligatures, hyphens and signs, a few letters at a time; whole lines of it may
say anything, and no viewer shows it.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as c

from .pdf_drawn import address

#: Bytes of UTF-16 from which a stated text is more than a ligature or a sign: six letters.
_LONG = 2 * 6


class StatedTexts:
    """Remembers the text objects of one page."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def is_stated(self, obj: Any) -> bool:
        """Whether the text object (None: there is none) has a long text stated for it."""
        if not obj:
            return False
        key = address(obj)
        if key not in self._known:
            self._known[key] = _has_stated_text(obj)
        return self._known[key]


def _has_stated_text(obj: Any) -> bool:
    for index in range(max(c.FPDFPageObj_CountMarks(obj), 0)):
        mark = c.FPDFPageObj_GetMark(obj, index)
        size = ctypes.c_ulong(0)
        found = c.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, size)
        if found and size.value - 2 >= _LONG:
            return True
    return False
