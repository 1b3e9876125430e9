"""The protocol of parent and child: frames of a JSON header and raw bytes, over two pipes.

A frame is `>II` (length of the header, length of the payload, in bytes), the header in UTF-8 JSON,
then the payload. Both ends are ours, but a hostile file may control the child, so the parent limits
what it accepts.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

PREFIX = struct.Struct(">II")


def pack(header: dict[str, Any]) -> bytes:
    """Pack a frame without payload."""
    return pack_start(header, 0)


def pack_start(header: dict[str, Any], payload_bytes: int) -> bytes:
    """Pack all of a frame but its payload, which follows."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    return PREFIX.pack(len(text), payload_bytes) + text


def parse_header(text: bytes | bytearray) -> dict[str, Any]:
    """Parse the header of a frame. Raises ValueError where it is not a JSON object."""
    header = json.loads(text.decode("utf-8", "surrogatepass"))
    if not isinstance(header, dict):
        raise ValueError("the header is not a JSON object")
    return header


def read_request(stream: BinaryIO) -> dict[str, Any] | None:
    """Read the next request; None where the other side has closed the stream."""
    prefix = stream.read(PREFIX.size)
    if len(prefix) < PREFIX.size:
        return None
    header_bytes, _ = PREFIX.unpack(prefix)
    return parse_header(stream.read(header_bytes))
