"""The font in which invisible text is set: every character is half an em wide and has no ink.

A code of two bytes is a UTF-16 code unit, so any text can be set, selected, searched and copied.
The program embedded is a TrueType font with two glyphs, made here: nothing to license.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ocr_worker.rendering.pdf_objects import ObjectWriter

#: Width of every character, in thousandths of the font's size.
WIDTH = 500

_NAME = b"/OcrsiteInvisible"
_UNITS = 1000


def write_font(writer: ObjectWriter) -> int:
    """Write the font; returns the number of its object."""
    program = build_program()
    file = writer.write_stream(program, b"/Length1 %d" % len(program))
    descriptor = writer.write(
        b"<</Type/FontDescriptor/FontName%s/Flags 5/FontBBox[0 0 %d %d]/ItalicAngle 0/Ascent %d"
        b"/Descent -1/CapHeight %d/StemV 80/FontFile2 %d 0 R>>"
        % (_NAME, WIDTH, _UNITS, _UNITS, _UNITS, file)
    )
    glyphs = writer.write_stream(b"\0\1" * 65536)
    descendant = writer.write(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont%s/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW %d/CIDToGIDMap %d 0 R>>"
        % (_NAME, descriptor, WIDTH, glyphs)
    )
    unicode = writer.write_stream(_build_unicode_map())
    return writer.write(
        b"<</Type/Font/Subtype/Type0/BaseFont%s/Encoding/Identity-H/DescendantFonts[%d 0 R]"
        b"/ToUnicode %d 0 R>>" % (_NAME, descendant, unicode)
    )


def _build_unicode_map() -> bytes:
    """Every code is its own character. A range may not cross its first byte."""
    ranges = [b"<%02x00><%02xff><%02x00>" % (high, high, high) for high in range(256)]
    parts = [
        b"100 beginbfrange\n%s\nendbfrange" % b"\n".join(ranges[start : start + 100])
        for start in (0, 100)
    ]
    parts.append(b"56 beginbfrange\n%s\nendbfrange" % b"\n".join(ranges[200:]))
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        b"1 begincodespacerange<0000><ffff>endcodespacerange\n"
        + b"\n".join(parts)
        + b"\nendcmap CMapName currentdict/CMap defineresource pop end end\n"
    )


def build_program() -> bytes:
    """The TrueType font, as its tables say: two glyphs without ink, `WIDTH` wide."""
    # A line from corner to corner: no ink, and a box as high as the font. (pdfium drops text whose
    # box is empty.)
    glyph = struct.pack(
        ">hhhhhHHBBhhhh", 1, 0, 0, WIDTH, _UNITS, 1, 0, 1, 1, 0, WIDTH, 0, _UNITS
    )  # fmt: skip
    tables: Mapping[bytes, bytes] = {
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, _UNITS, 0, 0,
            0, 0, WIDTH, _UNITS, 0, 8, 2, 1, 0,
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x00010000, _UNITS, -1, 0, WIDTH, 0, 0, WIDTH,
            1, 0, 0, 0, 0, 0, 0, 0, 2,
        ),
        b"hmtx": struct.pack(">HhHh", WIDTH, 0, WIDTH, 0),
        b"loca": struct.pack(">III", 0, 0, len(glyph)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 2, 2, 1, 0, 0, 2, *[0] * 8),
    }  # fmt: skip
    offset = 12 + 16 * len(tables)
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 16 * len(tables) - 64)
    body = b""
    for tag, table in sorted(tables.items()):
        head += struct.pack(">4sIII", tag, _checksum(table), offset + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    program = bytearray(head + body)
    adjustment = (0xB1B0AFBA - _checksum(bytes(program))) & 0xFFFFFFFF
    struct.pack_into(">I", program, program.index(b"\x5f\x0f\x3c\xf5") - 4, adjustment)
    return bytes(program)


def _checksum(table: bytes) -> int:
    padded = table + b"\0" * (-len(table) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
