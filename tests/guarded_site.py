"""A real site that is given files and watched: whether it responds, whether a process dies, and how
much memory each takes."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ocr_worker.rendering import Limits
from tests.busy import slowdown
from tests.ocrsite.running_site import Site, eventually

MIB = 2**20

#: An OCR worker holds an engine and the pixels of one page; the file is in its child.
WORKER_LIMIT_BYTES = 1024 * MIB

_KINDS = {
    "ocr": r"worker ocr",
    "background": r"worker background",
    "web": r"ocrsite\.front\.server",
    "child": r"ocr_worker\.rendering\.child",
}
LIMITS = {"ocr": WORKER_LIMIT_BYTES, "child": Limits().memory_bytes}


@dataclass
class End:
    """How a file ended: the status code of its upload, then its document's state."""

    answer: int
    status: str = ""
    code: str = ""
    detail: str = ""

    @property
    def is_clear(self) -> bool:
        if self.status:
            return self.status == "ready" or bool(self.code and self.detail)
        return 400 <= self.answer < 500 and bool(self.code and self.detail)

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.answer), self.status, self.code)))


@dataclass
class Watch:
    """`peak`: bytes by kind of process; `health`: the seconds that its answers took; those of
    more than one as on an idle machine."""

    site: Site
    pids: set[int] = field(default_factory=set)
    peak: dict[str, int] = field(default_factory=dict)
    health: list[float] = field(default_factory=list)
    sick: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def lasting(self) -> dict[str, set[int]]:
        """Ids of the processes that no file may end, by kind."""
        found: dict[str, set[int]] = {kind: set() for kind in ("ocr", "background", "web")}
        for process in self.site.processes():
            kind = self._kind(process)
            if kind in found:
                found[kind].add(process.pid)
        return found

    def deaths(self) -> list[str]:
        return [line for line in self.site.log.splitlines() if "child_died" in line]

    @contextlib.contextmanager
    def watching(self) -> Iterator[Watch]:
        threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._ask_for_health, self._measure)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join(20)

    def _ask_for_health(self) -> None:
        while not self._over.wait(0.25):
            begun = time.monotonic()
            try:
                answer = self.site.get("/health")
                if answer.status_code != 200:
                    self.sick.append(f"{answer.status_code} {answer.text}")
            except OSError as error:
                self.sick.append(str(error))
            took = time.monotonic() - begun
            self.health.append(took / slowdown() if took > 1 else took)

    def _measure(self) -> None:
        kinds: dict[int, str] = {}
        fresh: set[int] = set()
        while not self._over.wait(0.1):
            alive = set(psutil.pids())
            kinds = {pid: kind for pid, kind in kinds.items() if pid in alive}
            # To see whose a process is takes long, so each is looked at twice only: at first it may
            # still be the copy of the one that starts it.
            before, fresh = fresh, alive - kinds.keys()
            for pid in fresh | before & alive:
                kinds[pid] = self._kind_of_ours(pid)
            for pid, kind in kinds.items():
                if not kind:
                    continue
                with contextlib.suppress(OSError):
                    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
                    if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                        self.peak[kind] = max(self.peak.get(kind, 0), int(found[1]) * 1024)

    def _kind_of_ours(self, pid: int) -> str:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            return self._kind(process) if self.site.owns(process) else ""
        return ""

    @staticmethod
    def _kind(process: psutil.Process) -> str:
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            return next((kind for kind, what in _KINDS.items() if re.search(what, line)), "")
        return ""


def give(site: Site, files: Iterable[tuple[str, bytes]], within: float) -> dict[str, End]:
    """Upload `files` (name, content) and wait until each is read or has failed."""
    ends: dict[str, End] = {}
    waiting: dict[str, str] = {}
    for name, content in files:
        answer = site.upload(name.rpartition("/")[2], content)
        body = answer.json()
        if answer.status_code in (200, 201):
            waiting[name] = body["id"]
        else:
            assert answer.headers["Content-Type"] == "application/problem+json"
            ends[name] = End(answer.status_code, code=body["type"], detail=body["detail"])

    def over() -> bool:
        for name, document_id in list(waiting.items()):
            document = site.document(document_id)
            if document["status"] not in ("queued", "processing"):
                error = document["error"] or {}
                ends[name] = End(
                    201, document["status"], error.get("code", ""), error.get("detail", "")
                )
                del waiting[name]
            else:
                time.sleep(0.2)
                return False
        return True

    eventually(over, within, f"the end of {', '.join(waiting.values())}")
    return ends
