"""Children that never outlive their parent, however it dies. Standard library only.

Only Linux has the two requests used here (prctl(2): PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER).
Elsewhere a child ends when its pipe or its queue is closed.
"""

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

    `parent` is the parent's process id. Exits at once where that process has already ended: the
    kernel sends no signal for a death before the request.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Make this process the parent of its dying children's children, so that it can end them."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def list_orphans(known: set[int]) -> list[int]:
    """Ids of this process's children that are not `known`; none where the system has no list."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [pid for pid in map(int, file.read().split()) if pid not in known]
    except OSError:
        return []
