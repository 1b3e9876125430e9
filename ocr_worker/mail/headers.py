"""The header of a message or part: fields, their text and parameters.

RFC 5322 (fields, folding), RFC 2047 (encoded words), RFC 2231 (parameters in pieces and encodings),
and what programs write instead: raw bytes of any encoding, encoded words inside quotes.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from .charsets import decode

#: Bytes of a header that are looked at, and characters of one value: no person wrote more.
MOST_BYTES, MOST_CHARACTERS = 256 * 1024, 32 * 1024

_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)$", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])|\r(?=[ \t])")
_LINES = re.compile(rb"\r?\n|\r")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?[^?\s]{1,60}\?[bBqQ]\?)")
_PARAMETER = re.compile(
    r""";\s*([!#$&+\-.^_`|~0-9A-Za-z*%]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)""", re.DOTALL
)
_SEVERAL = re.compile(r"^(.*?)\*(\d{1,4})(\*?)$")


class Header:
    """The fields of one header block. Values are text; a field that is not there is ""."""

    def __init__(self, block: bytes = b"") -> None:
        self._fields: list[tuple[str, bytes]] = []
        for line in _LINES.split(_FOLD.sub(b"", block[:MOST_BYTES])):
            match = _FIELD.match(line)
            if match:
                name = match[1].decode("ascii").lower()
                self._fields.append((name, match[2][:MOST_CHARACTERS].strip()))

    def __contains__(self, name: str) -> bool:
        return any(each == name for each, _ in self._fields)

    def raw(self, name: str) -> str:
        """The first value as it stands, its bytes as Latin-1."""
        return next((value.decode("latin-1") for each, value in self._fields if each == name), "")

    def text(self, name: str) -> str:
        """The first value for people, on one line."""
        return clean(decode_words(self.raw(name)))

    def value(self, name: str) -> str:
        """The first value without its parameters, in small letters: "text/plain"."""
        return self.raw(name).partition(";")[0].strip().lower()

    def parameter(self, name: str, wanted: str) -> str:
        """A parameter of a field ("filename" of "content-disposition"), decoded."""
        return clean(_find_parameter(self.raw(name), wanted))

    def date(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self.raw("date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


def clean(text: str) -> str:
    """On one line, without characters that nobody sees."""
    shown = "".join(ch if ch.isprintable() else " " if ch.isspace() else "" for ch in text)
    return " ".join(shown.split())


def decode_words(value: str) -> str:
    """`value` (bytes as Latin-1) with its encoded words decoded, and the rest by its own bytes."""
    if "=?" not in value:
        return _decode_raw(value)
    value = _BETWEEN_WORDS.sub(r"\1\2", value)
    while True:  # the blank between two words stands for nothing, also in a row of them
        closer = _BETWEEN_WORDS.sub(r"\1\2", value)
        if closer == value:
            break
        value = closer
    return "".join(_decode_pieces(value))


def _decode_pieces(value: str) -> Iterator[str]:
    """Words of one encoding side by side are decoded together: some programs cut within a
    letter."""
    waiting, charset, place = b"", "", 0
    for match in _WORD.finditer(value):
        between = value[place : match.start()]
        name = match[1].partition("*")[0].lower()
        if between or name != charset:
            yield decode(waiting, charset)
            yield _decode_raw(between)
            waiting, charset = b"", name
        waiting += _decode_word(match[2], match[3])
        place = match.end()
    yield decode(waiting, charset)
    yield _decode_raw(value[place:])


def _decode_word(kind: str, text: str) -> bytes:
    data = text.encode("latin-1", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(data, header=True)
    return decode_base64(data)


def decode_base64(data: bytes) -> bytes:
    """What can be decoded of `data`; characters that are no base64 are passed over."""
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    data = data[: len(data) - (len(data) % 4 == 1)]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _decode_raw(value: str) -> str:
    if value.isascii():
        return value
    return decode(value.encode("latin-1", "replace"))


def _find_parameter(value: str, wanted: str) -> str:
    pieces: dict[int, tuple[str, bool]] = {}
    for match in _PARAMETER.finditer(value):
        name, given = match[1].lower(), match[2].strip()
        if given.startswith('"'):
            given = re.sub(r"\\(.)", r"\1", given[1:].removesuffix('"'))
        if name == wanted:
            return decode_words(given)
        if name == wanted + "*":
            return _decode_extended([(given, True)])
        several = _SEVERAL.match(name)
        if several and several[1] == wanted:
            pieces.setdefault(int(several[2]), (given, bool(several[3])))
    return _decode_extended([pieces[number] for number in sorted(pieces)]) if pieces else ""


def _decode_extended(pieces: list[tuple[str, bool]]) -> str:
    """RFC 2231: "charset'language'percent-encoded" in the first piece, plain or encoded ones."""
    charset, data = "", b""
    for index, (given, is_encoded) in enumerate(pieces):
        if is_encoded and index == 0 and given.count("'") >= 2:
            charset, _, given = given.split("'", 2)
        raw = given.encode("latin-1", "replace")
        data += _unquote(raw) if is_encoded else raw
    if not any(encoded for _, encoded in pieces):
        return decode_words(data.decode("latin-1"))
    return decode(data, charset)


def _unquote(data: bytes) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data)
