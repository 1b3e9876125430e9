"""What a signed S/MIME message holds (RFC 5652: CMS SignedData); whether one is encrypted.

Signatures are not checked: a check would need the time's certificates and their issuers.
"""

from __future__ import annotations

from collections.abc import Iterator

_CONTENT = bytes.fromhex("2a864886f70d0107")
_SIGNED, _ENVELOPED = _CONTENT + b"\x02", _CONTENT + b"\x03"
_AUTH_ENVELOPED = bytes.fromhex("2a864886f70d010910010117")
#: Values in values: more are no message.
_MOST_DEEP = 12

_SEQUENCE, _OCTETS, _OCTETS_IN_PIECES, _OID, _FIRST = 0x30, 0x04, 0x24, 0x06, 0xA0


def is_encrypted(data: bytes) -> bool:
    """Whether it is CMS EnvelopedData: only the recipients can open it."""
    return _content_type(data) in (_ENVELOPED, _AUTH_ENVELOPED)


def unwrap(data: bytes) -> bytes | None:
    """The message that SignedData holds; None where it holds none, or is something else."""
    try:
        if _content_type(data) != _SIGNED:
            return None
        signed = _child(_child(_only(data, _SEQUENCE), _FIRST), _SEQUENCE)
        holder = _child(signed, _SEQUENCE)
        return _octets(_child(holder, _FIRST))
    except (ValueError, IndexError):
        return None


def _content_type(data: bytes) -> bytes:
    try:
        return _child(_only(data, _SEQUENCE), _OID)
    except (ValueError, IndexError):
        return b""


def _only(data: bytes, tag: int) -> bytes:
    return _child(data, tag)


def _child(data: bytes, wanted: int) -> bytes:
    """The content of the first value with this tag. Raises ValueError."""
    for tag, content in _values(data):
        if tag == wanted:
            return content
    raise ValueError("not there")


def _octets(data: bytes, depth: int = 0) -> bytes:
    found = []
    for tag, content in _values(data):
        if tag == _OCTETS:
            found.append(content)
        elif tag == _OCTETS_IN_PIECES and depth < _MOST_DEEP:
            found.append(_octets(content, depth + 1))
    if not found:
        raise ValueError("no content")
    return b"".join(found)


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each BER value in a row. Raises ValueError, IndexError."""
    place = 0
    while place < len(data):
        tag, start, end, after = _value(data, place, 0)
        if tag == 0 and start == end:
            return
        yield tag, data[start:end]
        place = after


def _value(data: bytes, place: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, beginning and end of the content, and where the next value begins."""
    tag, size = data[place], data[place + 1]
    start = place + 2
    if tag & 0x1F == 0x1F or depth > _MOST_DEEP:
        raise ValueError("no message")
    if size == 0x80:  # until two zero bytes, past the values in it
        inner = start
        while data[inner : inner + 2] != b"\0\0":
            inner = _value(data, inner, depth + 1)[3]
            if inner >= len(data):
                return tag, start, len(data), len(data)
        return tag, start, inner, inner + 2
    if size & 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, start, min(start + size, len(data)), start + size
