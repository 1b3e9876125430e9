"""Where each message of a mailbox begins (RFC 4155, and the mboxrd way of quoting)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from .headers import Header
from .message import name_message
from .mime import Data

#: "From " at the beginning of a line behind an empty one, and a header field in the next line.
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]{3,300}\n(?=>?[!-9;-~]{1,80}:)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BLOCK = 64 * 1024
#: Bytes of a header that is looked at for the subject.
_HEAD = 64 * 1024


class Mailbox:
    """The messages of the mailbox in `data`, numbered from 0."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._starts = self._find()
        self._known: list[tuple[int, int]] = []

    def place(self, number: int) -> tuple[int, int] | None:
        """Where its line of "From" begins and where the header does; None behind the last."""
        while len(self._known) <= number:
            found = next(self._starts, None)
            if found is None:
                return None
            self._known.append(found)
        return self._known[number]

    def name(self, number: int) -> str:
        start, end = self._range(number)
        head = self._data[start : min(end, start + _HEAD)].replace(b"\r\n", b"\n")
        subject = Header(head.split(b"\n\n", 1)[0]).text("subject")
        return f"{number + 1:04d} {name_message(subject, number + 1)}"

    def size(self, number: int) -> int:
        start, end = self._range(number)
        return end - start

    def blocks(self, number: int) -> Iterator[bytes]:
        """The message, without the marks that the mailbox put before lines of it."""
        start, end = self._range(number)
        rest = b""
        for place in range(start, end, _BLOCK):
            data = rest + self._data[place : min(place + _BLOCK, end)]
            cut = data.rfind(b"\n") + 1 or len(data)
            rest = data[cut:]
            yield _QUOTED.sub(rb"\1", data[:cut])
        if rest:
            yield _QUOTED.sub(rb"\1", rest)

    def _range(self, number: int) -> tuple[int, int]:
        here, following = self.place(number), self.place(number + 1)
        assert here is not None
        end = len(self._data) if following is None else following[0]
        return here[1], end

    def _find(self) -> Iterator[tuple[int, int]]:
        found = _START.finditer(self._data)
        first = next(found, None)
        if first is None:
            yield 0, 0
            return
        for match in chain([first], found):
            yield match.start(), match.end()
