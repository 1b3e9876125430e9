"""The process that makes PDFs of pages: `python -m ocr_worker.rendering.assembly_child PPID ...`.

As `child`, in the same jail; but a request brings the open file to write to and all files to read,
and what may be written to one file is as much as an upload may have.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Any

from documents.errors import LimitExceeded, ReadingError
from documents.messages import Message
from ocr_worker.process_death import die_with_parent

from . import jail, wire
from .child_limits import allow_cpu, confine, take_streams

#: Files of one request at most: the target and the sources.
_MOST_FILES = 101


def main(argv: list[str]) -> int:
    parent, memory_bytes, niceness, _, file_bytes = (int(value) for value in argv)
    die_with_parent(parent)
    confine(memory_bytes, niceness, file_bytes=file_bytes, files=_MOST_FILES + 64)
    requests, answers = take_streams()
    from . import pdf_assembly
    from .libraries import READABLE, load_libraries

    load_libraries()
    reports = jail.close_jail(parent, readable=READABLE)
    answers.write(wire.pack({"jail": [[r.layer, r.state, r.reason] for r in reports]}))
    answers.flush()
    while (received := wire.receive_files(requests, _MOST_FILES)) is not None:
        request, files = received
        allow_cpu(request["cpu_seconds"])
        answers.write(wire.pack(_serve(pdf_assembly, request, files)))
        answers.flush()
    return 0


def _serve(pdf_assembly: Any, request: dict[str, Any], files: list[int]) -> dict[str, Any]:
    error: ReadingError
    streams = [os.fdopen(file, "r+b" if index == 0 else "rb") for index, file in enumerate(files)]
    try:
        target, *sources = streams
        pdf_assembly.write_pages(
            list(zip(sources, request["mime_types"], strict=True)), request["pages"], target
        )
        target.flush()
        return {}
    except ReadingError as raised:
        error = raised
    except (MemoryError, RecursionError):
        error = LimitExceeded(
            Message("The PDF needs more memory than one file may have. Choose fewer pages.")
        )
    except OSError as raised:
        if raised.errno != errno.EFBIG:
            raise
        error = LimitExceeded(
            Message("The PDF would be larger than a file may be. Choose fewer pages.")
        )
    finally:
        for stream in reversed(streams):
            _close(stream)
    return {"error": error.code, "message": error.message.to_json()}


def _close(stream: Any) -> None:
    with contextlib.suppress(OSError):  # buffered bytes of a full target; the error is told already
        stream.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
