"""One child process of the supervisor: its start, its output, its signals, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog

from ocr_worker.process_death import die_with_parent
from ocrsite.runtime.service import Service

log = structlog.get_logger("ocrsite.supervisor")

_READ_BYTES = 65536


@dataclass(frozen=True)
class RestartPauses:
    """Seconds. The pause before a restart starts at `first`, doubles with each failure up to
    `longest`, and is `first` again once the child has lived for `reset_after`."""

    first: float = 0.5
    longest: float = 30.0
    reset_after: float = 60.0

    def after(self, failures: int) -> float:
        """The pause after `failures` failures before this one."""
        return min(self.longest, self.first * 2.0 ** min(failures, 10))


@dataclass(eq=False)
class Child:
    """`due`: when the child is to be started next (time.monotonic); None: it runs, or ran `once`.

    `stop_requested`: it was sent SIGTERM. `failures`: exits and failed starts in a row.
    """

    service: Service
    pauses: RestartPauses
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due: float | None = None
    stop_requested: bool = False
    _partial_line: bytes = b""

    @property
    def output(self) -> IO[bytes] | None:
        """The pipe of its output, where the service has `format_line`; it never blocks."""
        return self.process.stdout if self.process is not None else None

    def start(self, directory: Path) -> bool:
        """Start the process in `directory`; whether it could be started."""
        service, parent = self.service, os.getpid()

        def prepare_child() -> None:
            """Runs between fork and exec: system calls only."""
            os.setpgid(0, 0)
            if service.nice:
                os.nice(service.nice)
            die_with_parent(parent)

        self.due, self.started_at, self._partial_line = None, time.monotonic(), b""
        try:
            self.process = subprocess.Popen(  # nosec B603 # a list of our own words, no shell
                service.command,
                cwd=directory,
                env=dict(service.variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if service.format_line else None,
                stderr=subprocess.STDOUT if service.format_line else None,
                pass_fds=service.descriptors,
                preexec_fn=prepare_child,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.error("child_start_failed", child=service.name, reason=str(error))
            return False
        log.debug("child_started", child=service.name, pid=self.process.pid)
        if service.oom_score:
            # When memory runs out, the kernel should end a worker, not the web or the queue.
            with contextlib.suppress(OSError):
                path = Path(f"/proc/{self.process.pid}/oom_score_adj")
                path.write_text(str(service.oom_score))
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), False)
        return True

    def relay_output(self) -> bool:
        """Log the complete lines of its output; whether more may come."""
        if self.output is None:
            return False
        while True:
            try:
                found = os.read(self.output.fileno(), _READ_BYTES)
            except BlockingIOError:
                return True
            if not found:
                return False
            *lines, self._partial_line = (self._partial_line + found).split(b"\n")
            for line in lines:
                self._log_line(line.decode(errors="replace"))

    def request_stop(self) -> None:
        """Send SIGTERM, once."""
        if self.process is not None and not self.stop_requested:
            self.stop_requested = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.process.pid, signal.SIGTERM)

    def kill_group(self) -> None:
        """Send SIGKILL to the child and to whatever it has started in its process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def note_exit(self, status: int) -> float:
        """The process has ended and was waited for; returns the seconds that it lived."""
        if self.process is not None:
            self.process.returncode = status
            if self.process.stdout is not None:
                self.process.stdout.close()
        self.process = None
        return time.monotonic() - self.started_at

    def schedule_restart(self, lived: float = 0.0) -> float:
        """Decide when to start it again after it lived for `lived` seconds; returns the pause in
        seconds."""
        if lived > self.pauses.reset_after:
            self.failures = 0
        pause = self.pauses.after(self.failures)
        self.failures += 1
        self.due = time.monotonic() + pause
        return pause

    def _log_line(self, line: str) -> None:
        text = self.service.format_line(line) if self.service.format_line else None
        if text:
            log.log(self.service.output_level, "child_output", child=self.service.name, line=text)
