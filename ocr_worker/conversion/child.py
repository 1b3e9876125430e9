"""The process in which one office file becomes a PDF: `python -m ocr_worker.conversion.child ...`.

Arguments: those of every child (the parent's process id, bytes of address space, niceness, ...),
"1" where a password comes with the file, LibreOffice's library, a directory of this process's own.
It closes the jail, runs LibreOffice in it
once to make a profile, says what became of the jail, converts the file that it is then given,
answers with the PDF, and ends: no document shares a process or a profile with another. Requests and
answers are those of `ocr_worker.rendering.wire`.
"""

from __future__ import annotations

import codecs
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from documents.errors import LimitExceeded, ReadingError
from documents.messages import Message
from ocr_worker.process_death import die_with_parent
from ocr_worker.rendering import jail, wire
from ocr_worker.rendering.child_limits import allow_cpu, confine, take_streams

from . import libreoffice
from .decrypt import load_decryption
from .make_pages import Made, make_pages
from .office_jail import SOCKETS, readable_paths
from .profile import write_profile
from .web_page import CHARSETS

#: Bytes of any one file that LibreOffice may write: what is larger is no document for people.
FILE_BYTES = 512 * 2**20


def main(argv: list[str]) -> int:
    parent, memory_bytes, niceness = (int(value) for value in argv[:3])
    with_password, kit, own = argv[-3] == "1", Path(argv[-2]), Path(argv[-1])
    die_with_parent(parent)
    confine(memory_bytes, niceness, file_bytes=FILE_BYTES, files=256)
    requests, answers = take_streams()
    os.umask(0o077)
    # An empty path: it would look for programs that it may not start.
    os.environ.update(HOME=str(own), TMPDIR=str(own), PATH=str(own))
    os.chdir(own)
    for name in (*CHARSETS, "cp437"):
        codecs.lookup(name)
    if with_password:
        load_decryption()
    # The list of system calls is closed in each copy of this process that runs LibreOffice.
    layers = [layer for layer in jail.Layer if layer is not jail.Layer.SYSTEM_CALLS]
    reports = jail.close_jail(
        parent, readable=readable_paths(kit), own=str(own), sockets=SOCKETS, layers=layers
    )
    write_profile(own)
    office = libreoffice.Office(kit, own)
    reports.append(_report(office))
    answers.write(wire.pack({"jail": [[r.layer, r.state, r.reason] for r in reports]}))
    answers.flush()
    received = wire.receive_request(requests)
    if received is not None:
        request, file = received
        allow_cpu(request["cpu_seconds"])
        header, pdf = _serve(office, request, file, own)
        size = pdf.stat().st_size if pdf is not None else 0
        answers.write(wire.pack_start(header, size))
        if pdf is not None:
            with pdf.open("rb") as stream:
                shutil.copyfileobj(stream, answers, 2**20)
        answers.flush()
    return 0


def _report(office: libreoffice.Office) -> jail.LayerReport:
    state = jail.State.REFUSED if office.refused else jail.State.HOLDS
    return jail.LayerReport(jail.Layer.SYSTEM_CALLS, state, office.refused)


def _serve(
    office: libreoffice.Office, request: dict[str, Any], file: int, own: Path
) -> tuple[dict[str, Any], Path | None]:
    error: ReadingError
    try:
        with os.fdopen(file, "rb") as stream:
            made: Made = make_pages(office, stream, request["mime_type"], own, request["password"])
        return {"notes": made.notes}, made.pdf
    except ReadingError as raised:
        error = raised
    except (MemoryError, RecursionError):
        error = LimitExceeded(
            Message(
                "The file needs more memory than one file may have. "
                "Split it, or open it in the program that made it, "
                "export it to PDF and upload that."
            )
        )
    return {"error": error.code, "message": error.message.to_json()}, None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
