"""What the processes of a running site hold and use, as the kernel tells it (proc(5))."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

from tests.ocrsite.running_site import Site

#: What a process of the site is, in the order of the tables.
PARTS = (
    "a reader",
    "its rendering child",
    "background",
    "rendering child of background tasks",
    "web",
)
QUEUE = "queue"
FOLLOWER = "search follower"


@dataclass(frozen=True)
class Sample:
    """`resident`, `highest`: bytes now and at most so far. `reader`: the pid of the reader that
    this process is, or works for; 0 for the others."""

    part: str
    resident: int
    highest: int
    reader: int


class Processes:
    """The tree of a site's supervisor, looked at again and again."""

    def __init__(self, site: Site) -> None:
        self._supervisor = psutil.Process(site.process.pid)

    def look(self) -> list[Sample]:
        found = []
        for process in self._supervisor.children(recursive=True):
            # A process may end between two looks at it.
            with contextlib.suppress(psutil.Error, OSError):
                part, reader = part_of(process)
                if part in PARTS:
                    resident, highest = held_by(process.pid)
                    found.append(Sample(part, resident, highest, reader))
        return found

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time by part, summed over its processes, ended children included."""
        used: dict[str, float] = defaultdict(float)
        for process in self._supervisor.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                part, _ = part_of(process)
                used[part] += sum(process.cpu_times()[:4])
        return used


def part_of(process: psutil.Process) -> tuple[str, int]:
    command = " ".join(process.cmdline())
    if " worker ocr" in command:
        return "a reader", process.pid
    if " worker background" in command:
        return "background", 0
    if "ocrsite.front.server" in command:
        return "web", 0
    if "valkey" in command or "redis" in command:
        return QUEUE, 0
    if "search follow" in command:
        return FOLLOWER, 0
    if "ocr_worker.rendering.child" in command and (parent := process.parent()) is not None:
        part, reader = part_of(parent)
        if part == "a reader":
            return "its rendering child", reader
        if part == "background":
            return "rendering child of background tasks", 0
    return "", 0


def held_by(pid: int) -> tuple[int, int]:
    """Resident bytes now and at most."""
    fields = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    )
    resident, highest = (int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return resident, highest


Looking = TypeVar("Looking", bound="Repeatedly")


class Repeatedly:
    """Calls `look` every so many seconds, in a thread, until the block ends."""

    def __init__(self, look: Callable[[], None], every: float) -> None:
        self._look, self._every = look, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self: Looking) -> Looking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            self._look()
