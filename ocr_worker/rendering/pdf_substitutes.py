"""Fonts for PDFs that name one and do not carry it. Runs only in the child process.

pdfium's own substitutes have no letters beyond Western European ones: a page in Cyrillic set in an
Arial that the file lacks is drawn empty, and its words are taken for hidden ones. Other viewers
take an installed font that looks alike; so do we, as far as there is one (in the container: fonts
with the measures of Arial, Times, Courier, Calibri and Cambria).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as c

#: Installed families by what the names of fonts begin with, in lower case.
_FAMILIES = {
    "arial": "Liberation Sans",
    "helvetica": "Liberation Sans",
    "times": "Liberation Serif",
    "courier": "Liberation Mono",
    "calibri": "Carlito",
    "cambria": "Caladea",
}
#: Others by what pdfium tells of the font, then what is left.
_FIXED_PITCH, _SERIFS = 1, 16
_MONO, _SERIF, _SANS = "Liberation Mono", "Liberation Serif", "Liberation Sans"

#: A font of this weight or more is bold.
_BOLD = 600

#: Character sets that the families above have: any of Windows, Western to Cyrillic.
_CHARSETS = (
    c.FXFONT_ANSI_CHARSET,
    c.FXFONT_DEFAULT_CHARSET,
    c.FXFONT_CYRILLIC_CHARSET,
    c.FXFONT_GREEK_CHARSET,
    c.FXFONT_EASTERNEUROPEAN_CHARSET,
)

_TYPES = {field[0]: field[1] for field in c.FPDF_SYSFONTINFO._fields_}

#: pdfium keeps the addresses of these for good.
_kept: list[Any] = []


def install_substitutes() -> None:
    """Tell pdfium to look among the installed fonts. Once in a process; files are read later."""
    if _kept:
        return
    fonts = c.FPDF_GetDefaultSystemFontInfo()
    if not fonts:
        return  # this system has none that pdfium knows how to find
    map_font, get_font = _copy(fonts, "MapFont"), _copy(fonts, "GetFont")

    def find(
        this: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any
    ) -> int | None:
        found = map_font(this, weight, italic, charset, pitch, face, exact)
        if found or charset not in _CHARSETS:
            return found  # type: ignore[no-any-return]
        wanted = ctypes.cast(face, ctypes.c_char_p).value or b""
        name = _name_substitute(wanted.decode("latin-1"), weight, bool(italic), pitch)
        buffer = ctypes.create_string_buffer(name.encode())
        return get_font(this, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)))  # type: ignore[no-any-return]

    callback = _TYPES["MapFont"](find)
    fonts.contents.MapFont = callback
    c.FPDF_SetSystemFontInfo(fonts)
    _kept.extend((fonts, map_font, get_font, callback))


def _copy(fonts: Any, name: str) -> Callable[..., Any]:
    """pdfium's own function: a reference to the field would follow what is put there."""
    address = ctypes.cast(getattr(fonts.contents, name), ctypes.c_void_p).value
    return _TYPES[name](address)  # type: ignore[no-any-return]


def _name_substitute(wanted: str, weight: int, italic: bool, pitch: int) -> str:
    """The full name of the font that stands in for `wanted`."""
    lower = wanted.lower()
    family = next((other for start, other in _FAMILIES.items() if lower.startswith(start)), None)
    if family is None:
        family = _MONO if pitch & _FIXED_PITCH else _SERIF if pitch & _SERIFS else _SANS
    return family + (" Bold" if weight >= _BOLD else "") + (" Italic" if italic else "")
