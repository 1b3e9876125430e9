"""Runs a command of somebody else's that is to end with its owner, with all its children, however
the owner dies: `python -m ocr_worker.vlm.end_with_owner COMMAND...`, with a pipe as its standard
input that the owner holds open. Standard library only.

The kernel's own signal (`process_death`) reaches one process; a server of several lives on in the
others.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from functools import partial

from ocr_worker.process_death import die_with_parent


def main() -> None:
    """Exits as the command does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl+C is the owner's to handle
    child = subprocess.Popen(  # nosec B603 # the owner's own words, no shell
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),  # one thread as yet
    )
    threading.Thread(target=_wait_for_owner, args=(child.pid,), daemon=True).start()
    code = child.wait()
    _kill_group(child.pid)
    sys.exit(code if code >= 0 else 128 - code)


def _wait_for_owner(group: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    _kill_group(group)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
