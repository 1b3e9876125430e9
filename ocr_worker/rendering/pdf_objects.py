"""Objects of a PDF appended to a file, and the cross-reference table that ends it.

Only offsets are kept in memory: 16 bytes an object.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import BinaryIO

#: By EXIF orientation: how the stored picture's unit square lies in that of the upright page.
PLACES = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class ObjectWriter:
    """Appends numbered objects to `target`, from object number `first` on.

    `target` is positioned at its end; a new file gets a header from `write_header`.
    """

    def __init__(self, target: BinaryIO, *, first: int = 1) -> None:
        self._target = target
        self._next = first
        self._entries: dict[int, tuple[int, int]] = {}

    def write_header(self) -> None:
        self._target.write(_HEADER)

    def reserve(self) -> int:
        """The number of an object that is written later."""
        number, self._next = self._next, self._next + 1
        return number

    def write(self, body: bytes, number: int | None = None, generation: int = 0) -> int:
        """Write an object; `number` where it is reserved, or replaces one of the original."""
        number = self.reserve() if number is None else number
        self._begin(number, generation)
        self._target.write(body + b"\nendobj\n")
        return number

    def write_stream(
        self, content: bytes, entries: bytes = b"", *, number: int | None = None,
        compress: bool = True,
    ) -> int:  # fmt: skip
        """Write a stream with the further dictionary `entries`."""
        if compress:
            content, entries = zlib.compress(content), entries + b"/Filter/FlateDecode"
        return self.copy_stream((content,), len(content), entries, number=number)

    def copy_stream(
        self, pieces: Iterable[bytes], length: int, entries: bytes, *, number: int | None = None
    ) -> int:
        """Write a stream of `length` bytes piece by piece."""
        number = self.reserve() if number is None else number
        self._begin(number, 0)
        self._target.write(b"<<%s/Length %d>>stream\n" % (entries, length))
        for piece in pieces:
            self._target.write(piece)
        self._target.write(b"\nendstream\nendobj\n")
        return number

    def finish(self, trailer: bytes, *, as_stream: bool = False) -> None:
        """Write the cross-reference table, or a stream of it, and the end of the file.

        `trailer`: entries besides /Size. A PDF that begins with streams goes on with them.
        """
        if as_stream:
            self._finish_with_stream(trailer)
            return
        start = self._target.tell()
        self._target.write(b"xref\n")
        if 1 in self._entries and min(self._entries) == 1:
            self._target.write(b"0 1\n0000000000 65535 f \n")
        for run in _runs(self._entries):
            self._target.write(b"%d %d\n" % (run[0], len(run)))
            for number in run:
                self._target.write(b"%010d %05d n \n" % self._entries[number])
        self._target.write(
            b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (self._next, trailer, start)
        )

    def _finish_with_stream(self, trailer: bytes) -> None:
        number, start = self.reserve(), self._target.tell()
        self._entries[number] = (start, 0)
        index, rows = b"", bytearray()
        for run in _runs(self._entries):
            index += b"%d %d " % (run[0], len(run))
            for each in run:
                offset, generation = self._entries[each]
                rows += b"\1" + offset.to_bytes(8, "big") + generation.to_bytes(2, "big")
        entries = b"/Type/XRef/Size %d/W[1 8 2]/Index[%s]%s" % (self._next, index, trailer)
        self.write_stream(bytes(rows), entries, number=number)
        self._target.write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _begin(self, number: int, generation: int) -> None:
        self._entries[number] = (self._target.tell(), generation)
        self._target.write(b"%d %d obj\n" % (number, generation))


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Runs of consecutive numbers, in order."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
