"""The headers of a form's parts, in every spelling that clients send.

Django reads names in UTF-8 and as `filename*` alone, within 1 kB: 120 Cyrillic letters as .NET
sends them, twice over, are longer. What it can't read is lost, and the file with it. `install` puts
this in place of Django's own, for every form of the site.

A name may be `filename*` (RFC 5987, 6266; it wins), `filename` in raw UTF-8 or raw Windows-1251, as
an encoded word (RFC 2047), or percent-encoded.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import multipartparser
from django.http.multipartparser import FIELD, FILE, RAW, MultiPartParserError

#: Bytes of one part's headers at most.
LONGEST_HEADERS = 16 * 1024
_FIRST_LOOK = 1024

_ENCODED_WORDS = re.compile(r"=\?[\w-]+\?[bBqQ]\?[^?]*\?=")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


def install() -> None:
    multipartparser.parse_boundary_stream = parse_part  # type: ignore[attr-defined]


def parse_part(stream: Any, max_header_size: int = 0) -> tuple[str, dict[str, Any], Any]:
    """The kind of a part, its headers (by name: value and parameters), and the stream of the rest.

    Raises MultiPartParserError for headers that are too long.
    """
    size = _FIRST_LOOK
    while True:
        chunk = stream.read(size)
        end = chunk.find(b"\r\n\r\n")
        if end != -1:
            break
        stream.unget(chunk)
        if len(chunk) < size:
            return RAW, {}, stream
        size *= 2
        if size > LONGEST_HEADERS:
            raise MultiPartParserError("Request max total header size exceeded.")
    kind, headers = _parse_headers(chunk[:end])
    stream.unget(chunk if kind == RAW else chunk[end + 4 :])
    return kind, headers, stream


def decode_file_name(name: str) -> str:
    """`name` as a person would read it: encoded words and percent signs decoded."""
    if _ENCODED_WORDS.search(name):
        try:
            return "".join(_decode_word(*part) for part in decode_header(name)) or name
        except HeaderParseError:
            return name
    if _PERCENT.search(name):
        try:
            decoded = unquote_to_bytes(name).decode("utf-8")
        except UnicodeDecodeError:
            return name
        # "100%25.pdf" is a name; "%D0%90.pdf" is none.
        return decoded if not decoded.isascii() else name
    return name


def _parse_headers(text: bytes) -> tuple[str, dict[str, Any]]:
    kind: str = RAW
    headers: dict[str, Any] = {}
    for line in re.split(rb"\r\n(?![ \t])", text):
        name, colon, value = _decode_line(line).partition(":")
        if not colon:
            continue
        name = name.strip().lower()
        main, parameters = _parse_value(value)
        if name == "content-disposition":
            kind = FILE if parameters.get("filename") else FIELD
        headers[name] = (main, parameters)
    return kind, headers


def _decode_line(line: bytes) -> str:
    line = re.sub(rb"\r\n[ \t]+", b" ", line)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # The other way in which Russian systems write letters; every byte has a meaning in it but
        # one.
        return line.decode("cp1251", errors="replace")


def _parse_value(value: str) -> tuple[str, dict[str, bytes]]:
    """A header's value without its parameters, and these in UTF-8."""
    message = Message()
    message["content-type"] = value.strip()
    given_parameters: Any = message.get_params([("", "")])
    (main, _), *parameters = given_parameters
    found: dict[str, bytes] = {}
    starred: set[str] = set()
    for name, given in parameters:
        if isinstance(given, tuple):
            text = _collapse(given)
            starred.add(name)
        elif name in starred:
            continue
        else:
            text = decode_file_name(given) if name == "filename" else given
        found[name] = text.encode("utf-8", errors="replace")
    return str(main).lower(), found


def _collapse(given: tuple[str | None, str | None, str]) -> str:
    try:
        return collapse_rfc2231_value(given)  # type: ignore[arg-type, unused-ignore]
    except LookupError:  # of no known encoding
        return given[2]


def _decode_word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "utf-8", errors="replace")
    except LookupError:
        return part.decode("utf-8", errors="replace")
