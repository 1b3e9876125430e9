"""The process in which uploaded bytes are parsed: `python -m ocr_worker.rendering.child PPID ...`.

It imports everything that it will need, closes the jail behind itself (`jail`), says what became
of it, then serves one request at a time: requests and open files come over its stdin, a socket, and
answers leave over its stdout (see `wire`). It keeps the file it was asked about last open, and
knows neither Django nor the database. A hostile file may hang it, crash it, make it fill its memory
or take it over: its limits, the jail and its parent's clock end it then, and the page being asked
for is the only thing lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from documents.errors import DamagedPage, LimitExceeded, ReadingError
from documents.messages import Message
from ocr_worker.process_death import die_with_parent

from . import jail, wire
from .child_limits import allow_cpu, confine, take_streams


def main(argv: list[str]) -> int:
    parent, memory_bytes, niceness, archives = (int(value) for value in argv)
    die_with_parent(parent)
    confine(memory_bytes, niceness)
    requests, answers = take_streams()
    from .libraries import READABLE, load_libraries
    from .pages import Pages

    load_libraries(archives=bool(archives))
    pages, peak_bytes = Pages(), _open_peak_bytes()
    reports = jail.close_jail(parent, readable=READABLE)
    # What ends this process before here is not caused by a file.
    answers.write(wire.pack({"jail": [[r.layer, r.state, r.reason] for r in reports]}))
    answers.flush()
    while (received := wire.receive_request(requests)) is not None:
        request, file = received
        allow_cpu(request["cpu_seconds"])
        header, payload = _serve(pages, request, file)
        header["peak_bytes"] = peak_bytes()
        answers.write(wire.pack_start(header, len(payload)))
        answers.write(payload)
        answers.flush()
    return 0


def _serve(pages: Any, request: dict[str, Any], file: int) -> tuple[dict[str, Any], bytes]:
    error: ReadingError
    action: Callable[..., tuple[dict[str, Any], bytes]] = pages.actions[request["action"]]
    try:
        pages.open(file, request["mime_type"])
        return action(**request["arguments"])
    except ReadingError as raised:
        error = raised
    except MemoryError:
        error = LimitExceeded(
            Message(
                "The page needs more memory than one page may have. "
                "Export the page as an image and upload that."
            )
        )
    except RecursionError:
        error = DamagedPage(
            Message("The page is nested too deeply. Export the page as an image and upload that.")
        )
    pages.close()  # a second attempt on a half-read file might look like a page
    return {"error": error.code, "message": error.message.to_json()}, b""


def _open_peak_bytes() -> Callable[[], int]:
    """What tells the most memory this process has held; 0 where that can't be known.

    Not `ru_maxrss`: on Linux it starts with what the parent held when it made this process. The
    file is opened now, as the jail hides it.
    """
    try:
        status = os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return lambda: 0

    def peak_bytes() -> int:
        lines = os.pread(status, 4096, 0).splitlines()
        found = next((line for line in lines if line.startswith(b"VmHWM:")), b"VmHWM: 0")
        return int(found.split()[1]) * 1024

    return peak_bytes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
