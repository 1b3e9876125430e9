"""The attachments of `winmail.dat` (MS-OXTNEF), which Outlook sends to other programs, too."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial

from .charsets import decode
from .message import Attachment, Body, Message
from .rtf import decompress_rtf, text_of_rtf

MAGIC = b"\x78\x9f\x3e\x22"

_ATTACHMENT_LEVEL = 2
_TITLE, _DATA, _RENDERING, _ATTACHMENT_PROPERTIES = 0x8010, 0x800F, 0x9002, 0x9005
_MESSAGE_PROPERTIES, _BODY, _CODEPAGE, _SUBJECT = 0x9003, 0x800C, 0x9007, 0x8004

#: Bytes of a fixed value, by its type; those of other types tell their own size.
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4,
          0x0014: 8, 0x0040: 8, 0x0048: 16}  # fmt: skip
_UNICODE, _OCTETS, _TEXT, _OBJECT = 0x001F, 0x0102, 0x001E, 0x000D
_LONG_NAME, _FILE, _RTF, _HTML, _PLAIN = 0x3707, 0x3701, 0x1009, 0x1013, 0x1000


def read_tnef(data: bytes) -> Message:
    """Its attachments and body. A damaged end is left out."""
    message, codepage = Message(), "cp1252"
    current: dict[str, object] | None = None
    for level, number, value in _attributes(data):
        if number == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{int.from_bytes(value[:4], 'little')}"
        elif level == _ATTACHMENT_LEVEL:
            if number == _RENDERING or current is None:
                _add(message, current)
                current = {}
            if number == _TITLE:
                current.setdefault("name", decode(value.split(b"\0", 1)[0], codepage))
            elif number == _DATA:
                current["data"] = value
            elif number == _ATTACHMENT_PROPERTIES:
                _use_properties(current, value, codepage)
        elif number == _SUBJECT:
            message.subject = decode(value.rstrip(b"\0"), codepage)
        elif number == _BODY:
            message.bodies.append(Body(decode(value.rstrip(b"\0"), codepage), False))
        elif number == _MESSAGE_PROPERTIES and not message.bodies:
            found = dict(_properties(value))
            if _HTML in found:
                message.bodies.append(Body(decode(found[_HTML][1]), True))
            elif _RTF in found:
                text = text_of_rtf(decompress_rtf(found[_RTF][1]))
                message.bodies.append(Body(text, False))
    _add(message, current)
    return message


def _add(message: Message, found: dict[str, object] | None) -> None:
    if not found or not isinstance(found.get("data"), bytes):
        return
    data = bytes(found["data"])  # type: ignore[call-overload]
    name = str(found.get("name") or f"attachment-{len(message.attachments) + 1}")
    message.attachments.append(Attachment(name, len(data), partial(iter, (data,))))


def _use_properties(current: dict[str, object], value: bytes, codepage: str) -> None:
    for number, (kind, data) in _properties(value):
        if number == _LONG_NAME:
            is_wide = kind == _UNICODE
            name = data.decode("utf-16-le", "replace") if is_wide else decode(data, codepage)
            current["name"] = name.rstrip("\0")
        elif number == _FILE:
            # An object begins with its class (16 bytes); a message in a message is TNEF again.
            current["data"] = data[16:] if kind == _OBJECT else data


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 6
    while place + 9 <= len(data):
        level, number, _, size = struct.unpack_from("<BHHI", data, place)
        start = place + 9
        if level not in (1, 2) or start + size > len(data):
            return
        yield level, number, data[start : start + size]
        place = start + size + 2


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Number, type and value of MAPI properties; ends where they can't be followed."""
    try:
        (count,) = struct.unpack_from("<I", data)
        place = 4
        for _ in range(min(count, 2000)):
            kind, number = struct.unpack_from("<HH", data, place)
            place += 4
            if number >= 0x8000:
                place = _skip_name(data, place)
            if kind in _FIXED:
                yield number, (kind, data[place : place + _FIXED[kind]])
                place += _FIXED[kind]
                continue
            if kind not in (_UNICODE, _OCTETS, _TEXT, _OBJECT):
                return
            (values,) = struct.unpack_from("<I", data, place)
            place += 4
            for _ in range(min(values, 100)):
                (size,) = struct.unpack_from("<I", data, place)
                yield number, (kind, data[place + 4 : place + 4 + size])
                place += 4 + size + (-size % 4)
    except struct.error:
        return


def _skip_name(data: bytes, place: int) -> int:
    (kind,) = struct.unpack_from("<I", data, place + 16)
    if kind == 0:
        return place + 24
    size = int.from_bytes(data[place + 20 : place + 24], "little")
    return place + 24 + size + (-size % 4)
