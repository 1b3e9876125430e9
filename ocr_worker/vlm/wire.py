"""Messages between the recogniser's process and its owner, over a stream socket. Used by both.

A message is its length (4 bytes, big-endian), then JSON. With it comes a file descriptor where the
message has pixels: of anonymous memory, which both processes share and nobody copies.

    to the process:   {"id", "seconds", "blocks": [{"height", "width", "query", "min_pixels",
                      "max_pixels", "tokens", "special"}]}, and the pixels (RGB, uint8) of the
                      blocks, one behind the other
    from the process: {"ready": {...}} or {"failed": reason}; then for each request
                      {"id", "answers": [{"text", "spans", "cut"}], "load": {...}}, or
                      {"id", "error": reason}, with "memory" or "late" where that is it
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

_LENGTH = struct.Struct(">I")


def send(
    connection: socket.socket, message: dict[str, Any], pixels: Iterable[Any] | None = None
) -> None:
    """Send `message`, with the bytes of `pixels` where given. Raises OSError."""
    body = json.dumps(message).encode()
    if pixels is None:
        connection.sendall(_LENGTH.pack(len(body)) + body)
        return
    memory = os.memfd_create("pixels", os.MFD_CLOEXEC)
    try:
        with open(memory, "wb", closefd=False) as file:
            for part in pixels:
                file.write(part)
        socket.send_fds(connection, [_LENGTH.pack(len(body))], [memory])
        connection.sendall(body)
    finally:
        os.close(memory)


def receive(connection: socket.socket) -> tuple[dict[str, Any], int | None]:
    """The next message, and the descriptor of its pixels, which is the caller's to close.

    Raises EOFError at the end of the connection.
    """
    head, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
    pixels = descriptors[0] if descriptors else None
    try:
        head += _receive_exactly(connection, _LENGTH.size - len(head)) if head else b""
        if not head:
            raise EOFError
        body = _receive_exactly(connection, _LENGTH.unpack(head)[0])
    except BaseException:
        if pixels is not None:
            os.close(pixels)
        raise
    return json.loads(body), pixels


def _receive_exactly(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
