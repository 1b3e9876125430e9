"""Whether a container is healthy: exit status 0 or 1, and one line with the reason.

    python healthcheck.py           /health responds on the port
    python healthcheck.py worker    an OCR worker is running (`serve worker` has no port)

Needs nothing but Python, and starts nothing else: it runs every few seconds.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from http.client import HTTPException
from pathlib import Path

#: Seconds for a response; the site itself promises one second.
PATIENCE = 4


def web() -> str:
    """The content of /health. Raises OSError or HTTPException unless the status is 200."""
    port = os.environ.get("PORT", "").strip() or "8081"
    # Without a proxy that the environment may name.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/health", timeout=PATIENCE) as answer:
        return str(answer.read(2000).decode(errors="replace"))


def worker(processes: Path = Path("/proc")) -> str:
    """Which OCR worker is running. Raises OSError if there is none."""
    for directory in processes.iterdir():
        if directory.name.isdigit():
            try:
                words = (directory / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it has ended meanwhile
            if words[1:4] == [b"manage.py", b"worker", b"ocr"]:
                return f"an OCR worker is running (process {directory.name})"
    raise OSError("no OCR worker is running; see the log")


def main(arguments: list[str]) -> int:
    try:
        print(worker() if arguments == ["worker"] else web())  # noqa: T201
    except (OSError, HTTPException) as error:
        print(f"not well: {error}")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
