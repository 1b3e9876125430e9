"""Children that never outlive their parent, however it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

# Loaded here and not in the child: between fork and exec a process should only make system calls.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the thread that started this process ends.

    `parent` is that process's id: if it is gone already, so are we. Only Linux has this; elsewhere
    a child ends when it finds its queue gone.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of what a dying child leaves behind, so that it can be ended too."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def orphans(known: set[int]) -> list[int]:
    """Ids of this process's children that are not `known`."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [pid for pid in map(int, file.read().split()) if pid not in known]
    except OSError:
        return []
