"""A member's content, asked for piece by piece and told block by block. In the child only."""

from __future__ import annotations

from collections.abc import Callable, Iterator


class PieceReader:
    """Reads the content of one member at a time, best from its beginning on.

    `open_blocks`: begins the content of the member with a number.
    """

    def __init__(self, open_blocks: Callable[[int], Iterator[bytes]]) -> None:
        self._open = open_blocks
        self._blocks: Iterator[bytes] | None = None
        self._index, self._offset, self._rest = -1, 0, b""

    def read(self, index: int, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset`; fewer only at the end."""
        if self._index != index or self._blocks is None or offset < self._offset:
            self._blocks = self._open(index)
            self._index, self._offset, self._rest = index, 0, b""
        while self._offset < offset:
            if not self._take(min(offset - self._offset, 2**20)):
                return b""
        return self._take(size)

    def _take(self, size: int) -> bytes:
        assert self._blocks is not None
        pieces, have = [self._rest], len(self._rest)
        while have < size:
            block = next(self._blocks, None)
            if block is None:
                break
            pieces.append(block)
            have += len(block)
        data = b"".join(pieces)
        self._rest = data[size:]
        self._offset += min(size, have)
        return data[:size]
