"""The parts of a MIME message (RFC 2045, 2046) in place, and their decoded bytes in pieces.

Bad messages are the rule: boundaries that never end, headers without a blank line, wrong transfer
encodings. What can't be told apart stays one part.
"""

from __future__ import annotations

import binascii
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from .headers import Header

Data = Union[bytes, mmap.mmap]  # noqa: UP007 - evaluated on Python 3.10 too

#: Multiparts in multiparts, and parts in all: what lies deeper or behind is left as it is.
MOST_DEEP, MOST_PARTS = 40, 5_000

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_BLOCK = 96 * 1024
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass
class Part:
    """`start`, `end`: of its body in `data`. `children`: of a multipart."""

    data: Data
    header: Header
    start: int
    end: int
    kind: str
    children: list[Part] = field(default_factory=list)
    is_cut: bool = False

    @property
    def name(self) -> str:
        """The file name that it gives; "" for none."""
        return self.header.parameter("content-disposition", "filename") or self.header.parameter(
            "content-type", "name"
        )

    @property
    def is_attached(self) -> bool:
        return self.header.value("content-disposition") == "attachment"

    @property
    def size(self) -> int | None:
        """Bytes once decoded, where no decoding tells: None."""
        if self._encoding in ("base64", "quoted-printable", "x-uuencode", "uuencode"):
            return None
        return self.end - self.start

    @property
    def _encoding(self) -> str:
        return self.header.value("content-transfer-encoding")

    def blocks(self) -> Iterator[bytes]:
        """The decoded body."""
        encoding = self._encoding
        if encoding == "base64":
            return _base64_blocks(self._raw_blocks())
        if encoding == "quoted-printable":
            return _quoted_blocks(self._raw_blocks())
        if encoding in ("x-uuencode", "uuencode", "x-uue"):
            return _uu_blocks(self._raw_blocks())
        return self._raw_blocks()

    def read(self, most: int) -> bytes:
        """At most `most` bytes of the decoded body."""
        pieces, size = [], 0
        for block in self.blocks():
            pieces.append(block)
            size += len(block)
            if size >= most:
                break
        return b"".join(pieces)[:most]

    def leaves(self) -> Iterator[Part]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def _raw_blocks(self) -> Iterator[bytes]:
        for start in range(self.start, self.end, _BLOCK):
            yield self.data[start : min(start + _BLOCK, self.end)]


class _Count:
    left = MOST_PARTS


def parse(data: Data, start: int = 0, end: int | None = None) -> Part:
    """The message in `data`. `is_cut` where it has more parts than are taken."""
    count = _Count()
    part = _parse(data, start, len(data) if end is None else end, 0, count, "text/plain")
    part.is_cut = count.left < 0
    return part


def read_header(data: Data, start: int, end: int) -> tuple[Header, int]:
    """The header that begins at `start`, and where the body begins."""
    if data[start : start + 1] == b"\n":
        return Header(), start + 1
    if data[start : start + 2] == b"\r\n":
        return Header(), start + 2
    blank = _BLANK_LINE.search(data, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    return Header(data[start : min(stop, start + 256 * 1024)]), body


def _parse(data: Data, start: int, end: int, depth: int, count: _Count, usual: str) -> Part:
    header, body = read_header(data, start, end)
    kind = header.value("content-type")
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind):
        kind = usual
    part = Part(data, header, body, end, kind)
    boundary = header.parameter("content-type", "boundary")
    if kind.startswith("multipart/") and boundary and depth < MOST_DEEP:
        inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        mark = b"--" + header_bytes(boundary)
        for first, last in _split(data, body, end, mark):
            count.left -= 1
            if count.left < 0:
                break
            part.children.append(_parse(data, first, last, depth + 1, count, inner))
        if not part.children:
            part.kind = "text/plain"
    return part


def header_bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _split(data: Data, start: int, end: int, mark: bytes) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends; the last one may never be closed."""
    place, first = start, -1
    while place <= end:
        found = data.find(mark, place, end)
        if found < 0:
            break
        place = found + len(mark)
        if found > start and data[found - 1 : found] not in (b"\n", b"\r"):
            continue
        line_end = data.find(b"\n", place, min(end, place + 200))
        rest = data[place : line_end if line_end >= 0 else min(end, place + 200)].strip()
        if rest not in (b"", b"--"):
            continue
        if first >= 0:
            yield first, _before_line_end(data, first, found)
        if rest == b"--":
            return
        first = place = line_end + 1 if line_end >= 0 else end
    if 0 <= first < end:
        yield first, end


def _before_line_end(data: Data, start: int, end: int) -> int:
    if end > start and data[end - 1 : end] == b"\n":
        end -= 1
    if end > start and data[end - 1 : end] == b"\r":
        end -= 1
    return end


def _base64_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        data = rest + _NOT_BASE64.sub(b"", block)
        whole = len(data) - len(data) % 4
        rest = data[whole:]
        if whole:
            yield binascii.a2b_base64(data[:whole])
    if len(rest) > 1:
        yield binascii.a2b_base64(rest + b"=" * (-len(rest) % 4))


def _quoted_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        data = rest + block
        # A line is decoded as a whole: "=\r\n" joins two.
        whole = data.rfind(b"\n") + 1
        if not whole and len(data) > 2**20:
            whole = len(data)
        rest = data[whole:]
        if whole:
            yield binascii.a2b_qp(data[:whole])
    yield binascii.a2b_qp(rest)


def _uu_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest, began, is_over = b"", False, False
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        out = []
        for line in lines:
            line = line.rstrip(b"\r")
            if not began:
                began = line.startswith(b"begin ")
                continue
            if line == b"end":
                is_over = True
                break
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                size = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
                try:
                    out.append(binascii.a2b_uu(line[:size]))
                except binascii.Error:
                    continue
        if out:
            yield b"".join(out)
        if is_over:
            return
