"""The process in which uploaded bytes are parsed: `python -m ocr_worker.rendering.child PPID ...`.

It reports that it is ready, then answers one request at a time over its stdin and stdout (see
`wire`). It keeps the last file open, and loads neither Django nor the archive. A hostile file may
hang it, crash it or fill its memory: the limits that it sets for itself before it opens anything,
and its parent's clock, end it then, and only the requested page is lost.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from documents.errors import DamagedPage, LimitExceeded, OriginalMissing, ReadingError
from documents.messages import Message
from ocr_worker.process_death import die_with_parent

from . import wire

#: Bytes this process may write to any one file; it writes none but its (unlinked) error log.
_LOG_BYTES = 256 * 1024


def main(argv: list[str]) -> int:
    parent, memory_bytes, niceness = (int(value) for value in argv)
    die_with_parent(parent)
    _confine(memory_bytes, niceness)
    requests, answers = _take_pipes()
    from .pages import Pages

    pages = Pages()
    # What ends this process before here is not caused by a file.
    answers.write(wire.pack({"ready": True}))
    answers.flush()
    while (request := wire.read_request(requests)) is not None:
        _allow_cpu(request["cpu_seconds"])
        header, payload = _serve(pages, request)
        header["peak_bytes"] = _peak_bytes()
        answers.write(wire.pack_start(header, len(payload)))
        answers.write(payload)
        answers.flush()
    return 0


def _serve(pages: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    error: ReadingError
    action: Callable[..., tuple[dict[str, Any], bytes]] = pages.actions[request["action"]]
    try:
        return action(Path(request["path"]), request["mime_type"], **request["arguments"])
    except FileNotFoundError:
        error = OriginalMissing(Message("The original file is not there."))
    except ReadingError as raised:
        error = raised
    except MemoryError:
        error = LimitExceeded(Message("The page needs more memory than one page may have."))
    except RecursionError:
        error = DamagedPage(Message("The page is nested too deeply."))
    if not isinstance(error, OriginalMissing):
        pages.close()  # a second attempt on a half-read file might look like a page
    return {"error": error.code, "message": error.message.to_json()}, b""


def _peak_bytes() -> int:
    """The peak resident memory of this process; 0 where the system has no /proc.

    Not `ru_maxrss`: on Linux it starts with the parent's value at the time of the fork.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            found = next((line for line in status if line.startswith("VmHWM:")), "VmHWM: 0")
    except OSError:
        return 0
    return int(found.split()[1]) * 1024


def _confine(memory_bytes: int, niceness: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends the child
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_NOFILE, 64)
    _set_limit(resource.RLIMIT_FSIZE, _LOG_BYTES)
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


def _allow_cpu(seconds: float) -> None:
    """Limit processor time from now on; beyond it the kernel sends SIGXCPU, which kills."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # A hard limit on the total of all requests ends this process; the parent starts another.
    resource.setrlimit(resource.RLIMIT_CPU, (_within_hard_limit(resource.RLIMIT_CPU, soft), hard))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent. Redirects stdout to stderr, so that no library writes into them."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return requests, answers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
