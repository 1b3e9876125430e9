"""Rewrite a damaged PNG so that what is there can be decoded. Runs only in the child process.

RFC 2083, sections 3 and 4: a chunk is its length, type, data and the checksum of type and data;
lower case in the first letter of a type marks what a viewer may ignore.
"""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_END = b"\0\0\0\0IEND\xaeB`\x82"


def mend_png(data: bytes) -> bytes:
    """The PNG without ancillary chunks that are damaged, cut chunks shortened to what is there,
    true checksums, and an end."""
    parts, at = [SIGNATURE], len(SIGNATURE)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if not kind.isalpha() or kind == b"IEND":
            break
        content = data[at + 8 : at + 8 + length]
        stated = data[at + 8 + length : at + 12 + length]
        checksum = zlib.crc32(kind + content).to_bytes(4, "big")
        if stated == checksum or not kind[0] & 0x20:
            parts += [len(content).to_bytes(4, "big"), kind, content, checksum]
        at += 12 + length
    return b"".join([*parts, _END])
