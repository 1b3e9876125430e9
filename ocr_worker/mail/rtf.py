"""Bodies that Outlook keeps as RTF only: unpacked (MS-OXRTFCP), and their text.

Where HTML was wrapped in it (MS-OXRTFEX), that comes out; else the plain text.
"""

from __future__ import annotations

import re
import struct

from .charsets import decode

_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST = 32 * 2**20

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
#: Groups whose text nobody reads.
_HIDDEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata generator listtable xmlnstbl".split()
)
_SIGNS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–",
          b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
          b"bullet": "•"}  # fmt: skip


def decompress_rtf(data: bytes) -> bytes:
    """The RTF; b"" where it is damaged."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _PLAIN:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED:
        return b""
    window, write = bytearray(_START.ljust(4096, b"\0")), len(_START)
    out, place = bytearray(), 16
    while place < len(data) and len(out) < min(raw_size, _MOST):
        control = data[place]
        place += 1
        for bit in range(8):
            if control >> bit & 1:
                if place + 2 > len(data):
                    return bytes(out)
                token = data[place] << 8 | data[place + 1]
                place += 2
                offset, size = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(out)
                for step in range(size):
                    byte = window[(offset + step) & 4095]
                    out.append(byte)
                    window[write] = byte
                    write = (write + 1) & 4095
            elif place < len(data):
                out.append(data[place])
                window[write] = data[place]
                write = (write + 1) & 4095
                place += 1
    return bytes(out)


def text_of_rtf(rtf: bytes) -> str:
    """The text that a reader of the RTF sees."""
    found, codepage = [], "cp1252"
    hidden, stack, skip, unicode_skip = False, [], 0, 1
    waiting = bytearray()
    for match in _TOKEN.finditer(rtf):
        word, number, code, sign, brace, plain = match.groups()
        if waiting and not code:
            found.append(decode(bytes(waiting), codepage))
            waiting.clear()
        if brace == b"{":
            stack.append((hidden, unicode_skip))
        elif brace == b"}":
            hidden, unicode_skip = stack.pop() if stack else (False, 1)
        elif word == b"ansicpg":
            codepage = f"cp{int(number or 1252)}"
        elif word == b"uc":
            unicode_skip = int(number or 1)
        elif word in _HIDDEN or sign == b"*":
            hidden = True
        elif hidden:
            continue
        elif word == b"u":
            found.append(chr(int(number or 63) & 0xFFFF))
            skip = unicode_skip
        elif word in _SIGNS:
            found.append(_SIGNS[word])
        elif code:
            if skip:
                skip -= 1
            else:
                waiting += bytes([int(code, 16)])
        elif plain:
            text = plain.decode("latin-1")
            found.append(text[skip:])
            skip = max(0, skip - len(text))
        elif sign == b"~":
            found.append(" ")
        elif sign in (b"\\", b"{", b"}"):
            found.append(sign.decode())
    if waiting:
        found.append(decode(bytes(waiting), codepage))
    text = "".join(found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub(r"\n{3,}", "\n\n", text).strip()
