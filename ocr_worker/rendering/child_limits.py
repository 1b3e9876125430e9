"""What a child that opens uploaded files may use, and how it talks to its parent.

Standard library only.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import socket
import sys
from typing import BinaryIO

#: Bytes a child may write to any one file; it writes none but its (unlinked) error log.
_LOG_BYTES = 256 * 1024


def confine(
    memory_bytes: int, niceness: int, *, file_bytes: int = _LOG_BYTES, files: int = 64
) -> None:
    """Limit this process for good: address space, the size of a file it writes, open files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends the child
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_NOFILE, files)
    _set_limit(resource.RLIMIT_FSIZE, file_bytes)
    if sys.platform == "linux":  # macOS knows the limit and refuses to set it
        _set_limit(resource.RLIMIT_AS, memory_bytes)
    if niceness:
        os.nice(niceness)


def _set_limit(what: int, most: int) -> None:
    """Set a limit of `most`, or the hard limit of the environment where that is lower."""
    allowed = _within_hard_limit(what, most)
    resource.setrlimit(what, (allowed, allowed))


def _within_hard_limit(what: int, most: int) -> int:
    _, hard = resource.getrlimit(what)
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def allow_cpu(seconds: float) -> None:
    """Limit processor time from now on; beyond it the kernel sends SIGXCPU, which kills."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # A hard limit on the total of all requests ends this process; the parent starts another.
    resource.setrlimit(resource.RLIMIT_CPU, (_within_hard_limit(resource.RLIMIT_CPU, soft), hard))


def take_streams() -> tuple[socket.socket, BinaryIO]:
    """The ways from and to the parent; stdout then leads to stderr, so no library can write into
    them."""
    requests = socket.socket(fileno=os.dup(0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return requests, answers
