"""The memory that this process uses."""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes() -> int:
    """This process's resident set, bytes; 0 where the system has no /proc (proc(5), statm)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
