"""How busy the machine is: what a bound of seconds on an idle one comes to on this one, now."""

from __future__ import annotations

import os
import subprocess
import sys
import time

#: A few hundredths of a second of processor time, most of which is the start of a process.
_WORK = (sys.executable, "-S", "-c", "sum(range(1_000_000))")
#: A process may be stopped for some seconds wherever it is.
_STOPPED = 4.0


def slowdown() -> float:
    """How many times longer a new process takes now than its own work takes; 1.0 at least."""
    begun = time.monotonic()
    process = subprocess.Popen(_WORK)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return max(1.0, (time.monotonic() - begun) / (used.ru_utime + used.ru_stime))


def allow(seconds: float) -> float:
    """What may take `seconds` on an idle machine may take so many on this one, as it is now."""
    return seconds * slowdown() + _STOPPED
