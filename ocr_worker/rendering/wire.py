"""How parent and child talk: frames of a JSON header and raw bytes.

Requests go over a Unix socket, each with the open file that it is about, because the child opens
none by itself; answers come back over a pipe. A frame is `>II` (length of the header, length of the
payload, in bytes), the header in UTF-8 JSON, then the payload. Both ends are ours, but the child
may be under a hostile file's control, so the parent bounds what it accepts.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

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


def send_request(stream: socket.socket, header: dict[str, Any], *files: int) -> None:
    """Send a request about the open descriptors `files`, one in most.

    Raises BrokenPipeError or ConnectionResetError where nobody reads any more.
    """
    frame = pack(header)
    # A request is far smaller than a socket's buffer: sending it never waits.
    sent = socket.send_fds(stream, [frame], files)
    if sent < len(frame):
        stream.sendall(frame[sent:])


def receive_request(stream: socket.socket) -> tuple[dict[str, Any], int] | None:
    """The next request and the descriptor of its file, which the caller closes.

    None when the other side has closed the stream. Raises ValueError for anything else.
    """
    received = receive_files(stream, 1)
    return None if received is None else (received[0], received[1][0])


def receive_files(stream: socket.socket, most: int) -> tuple[dict[str, Any], list[int]] | None:
    """As `receive_request`, for a request about several files: one to `most`."""
    prefix, files, _, _ = socket.recv_fds(stream, PREFIX.size, most)
    if not prefix:
        return None
    try:
        prefix += _exactly(stream, PREFIX.size - len(prefix))
        header_bytes, _ = PREFIX.unpack(prefix)
        header = parse_header(_exactly(stream, header_bytes))
        if not files:
            raise ValueError("the request names no file")
    except ValueError:
        for file in files:
            os.close(file)
        raise
    return header, files


def _exactly(stream: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = stream.recv(size - len(data))
        if not piece:
            raise ValueError("the request is cut")
        data += piece
    return bytes(data)
