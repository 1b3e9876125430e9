"""What holds one child process, and ends it with its block."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from .child_process import ChildProcess

Owner = TypeVar("Owner", bound="ChildOwner")


class ChildOwner:
    """One child, which starts with the first request and is used for the next ones. For one
    thread."""

    def __init__(self, child: ChildProcess) -> None:
        self._child = child

    def __enter__(self: Owner) -> Owner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def child_pid(self) -> int | None:
        """The process id of the child (to watch its memory); None where none runs."""
        return self._child.pid

    def close(self) -> None:
        """End the child. The next request starts another."""
        self._child.end()
