"""Keeps child processes alive, and ends all of them together.

One thread, one loop: a signal or a child's output wakes it. (The kernel ends children when the
*thread* that started them does, and code between fork and exec is only safe without other threads.)

A child that dies is started again, after a pause that doubles from 0.5 s to 30 s and is forgotten
once it has lived for a minute. Every child leads a process group of its own in the supervisor's
session: Ctrl-C reaches only the supervisor, and what a dead child leaves behind can be ended.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import FrameType, TracebackType

import structlog

from ocr_worker.process_death import adopt_orphans, die_with_parent, list_orphans

log = structlog.get_logger("ocrsite.supervisor")

FIRST_PAUSE, LONGEST_PAUSE, LIVED_WELL = 0.5, 30.0, 60.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopOrder(IntEnum):
    """Who is asked to stop when: at the latest so many seconds after the stop was asked for, and
    as soon as those before are gone."""

    FIRST = 0  # readers: they give their leases back through the database and the queue
    SECOND = 4  # the web: answers what it has begun
    THIRD = 6  # the queue, when nobody needs it any more
    LAST = 7  # the database's copy: it has the last commit when nobody can make another


#: Seconds after the stop was asked for when whoever is left is killed.
KILL_AFTER = 9.0


@dataclass(frozen=True)
class Service:
    """A child to keep running; with `once`, to run until it has succeeded.

    `exited` is called with the exit status (negative: the signal that ended it) and the seconds
    it lived. `descriptors` are inherited. With `relay`, its output becomes lines of our log, of
    the level `relay_level`: what `relay` makes of each (None: no line).
    """

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    stop: StopOrder = StopOrder.FIRST
    nice: int = 0
    oom_score: int = 0
    once: bool = False
    relay: Callable[[str], str | None] | None = None
    relay_level: int = logging.INFO
    descriptors: Sequence[int] = ()
    exited: Callable[[int, float], None] | None = None


@dataclass(eq=False)
class _Child:
    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float | None = None  # when it is to be started next
    asked: bool = False  # to stop
    unfinished: bytes = field(default=b"")  # line of its output


class Supervisor:
    """Runs services until SIGTERM, SIGINT or SIGHUP; a second SIGINT ends everything at once.

    A SIGHUP that is ignored already (nohup) stays so. `directory` is where children run. A context
    manager: it holds the process's signal handlers.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._children: list[_Child] = []
        self._calls: list[tuple[float, Callable[[], None]]] = []
        self._selector = selectors.DefaultSelector()
        self._stop_asked: float | None = None
        self._hurry = False

    def __enter__(self) -> Supervisor:
        self._wake, waker = socket.socketpair()
        self._waker = waker
        for end in (self._wake, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # whoever started us wants us to outlive the terminal
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._selector.register(self._wake, selectors.EVENT_READ, self._awake)
        adopt_orphans()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._kill_all()
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._wake.close()
        self._waker.close()

    def add(self, service: Service) -> None:
        child = _Child(service)
        self._children.append(child)
        if self._stop_asked is None:
            self._start(child)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call it once, so many seconds from now; not when a stop was asked for before."""
        self._calls.append((time.monotonic() + seconds, call))

    def run(self) -> None:
        """Returns when a stop was asked for and every child is gone."""
        while True:
            self._reap()
            now = time.monotonic()
            if self._stop_asked is None:
                self._call(now)
                for child in list(self._children):
                    if child.due is not None and child.due <= now:
                        self._start(child)
            elif self._running():
                self._stop(now - self._stop_asked)
            else:
                return
            for key, _ in self._selector.select(self._pause()):
                key.data()

    # --- life and death of the children ----------------------------------------------------------

    def _start(self, child: _Child) -> None:
        service, parent = child.service, os.getpid()

        def between_fork_and_exec() -> None:
            os.setpgid(0, 0)
            if service.nice:
                os.nice(service.nice)
            die_with_parent(parent)

        child.due, child.started, child.unfinished = None, time.monotonic(), b""
        output = subprocess.PIPE if service.relay else None
        try:
            child.process = subprocess.Popen(
                service.command,
                cwd=self._directory,
                env=dict(service.variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if service.relay else None,
                pass_fds=service.descriptors,
                preexec_fn=between_fork_and_exec,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.error("child not started", child=service.name, reason=str(error))
            self._schedule(child)
            return
        pid = child.process.pid
        log.debug("child started", child=service.name, pid=pid)
        if service.oom_score:
            # When memory runs out, the kernel shall end a reader and not the web or the queue.
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/oom_score_adj").write_text(str(service.oom_score))
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(
                child.process.stdout, selectors.EVENT_READ, lambda: self._relay(child)
            )

    def _call(self, now: float) -> None:
        due = [call for when, call in self._calls if when <= now]
        self._calls = [(when, call) for when, call in self._calls if when > now]
        for call in due:
            call()

    def _schedule(self, child: _Child) -> float:
        """Decide when to start it again; returns the pause in seconds."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(child.failures, 10))
        child.failures += 1
        child.due = time.monotonic() + pause
        return pause

    def _reap(self) -> None:
        """Note who died. What the dead left behind dies with them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            for child in list(self._children):
                if child.process is not None and child.process.pid == pid:
                    self._died(child, child.process, os.waitstatus_to_exitcode(status))
        _send(signal.SIGKILL, list_orphans({process.pid for process in self._running().values()}))

    def _died(self, child: _Child, process: subprocess.Popen[bytes], status: int) -> None:
        service, lived = child.service, time.monotonic() - child.started
        process.returncode = status
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._relay(child)
        self._forget_output(process)
        child.process = None
        if self._stop_asked is None:
            if service.once and status == 0:
                self._children.remove(child)
            else:
                child.failures = 0 if lived > LIVED_WELL else child.failures
                how = f"signal {-status}" if status < 0 else f"status {status}"
                pause = self._schedule(child)
                if status == 0:  # a reader that has read enough: a new one has fresh memory
                    log.info("child ended by itself", child=service.name, restart_in=pause)
                else:
                    log.warning("child died", child=service.name, how=how, restart_in=pause)
            if service.exited is not None:
                service.exited(status, lived)

    # --- the end --------------------------------------------------------------------------------

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        # Only a second Ctrl-C hurries: SIGTERM may come twice, from a process group and from make.
        if self._stop_asked is None:
            self._stop_asked = time.monotonic()
        elif number == signal.SIGINT:
            self._hurry = True

    def _stop(self, elapsed: float) -> None:
        """Whatever is due `elapsed` seconds after the stop was asked for."""
        if self._hurry or elapsed >= KILL_AFTER:
            self._kill_all()
            return
        for order in StopOrder:
            before = [child for child in self._running() if child.service.stop < order]
            if before and elapsed < order:
                return
            for child, process in self._running().items():
                if child.service.stop == order and not child.asked:
                    child.asked = True
                    _send(signal.SIGTERM, [process.pid])

    def _kill_all(self) -> None:
        for child, process in self._running().items():
            log.warning("child killed", child=child.service.name)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    # --- what wakes the loop --------------------------------------------------------------------

    def _pause(self) -> float | None:
        """Seconds until something is due; None: only a signal or output can bring news."""
        now = time.monotonic()
        if self._stop_asked is not None:
            return 0.0 if self._hurry else 0.25
        dues = [child.due for child in self._children if child.due is not None]
        dues += [when for when, _ in self._calls]
        return max(0.0, min(dues) - now) if dues else None

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake.recv(4096):
                pass

    def _relay(self, child: _Child) -> None:
        if child.process is None or child.process.stdout is None:
            return
        while True:
            try:
                found = os.read(child.process.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            if not found:
                self._forget_output(child.process)
                return
            *lines, child.unfinished = (child.unfinished + found).split(b"\n")
            for line in lines:
                text = child.service.relay and child.service.relay(line.decode(errors="replace"))
                if text:
                    log.log(child.service.relay_level, text, child=child.service.name)

    def _forget_output(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is not None and not process.stdout.closed:
            with contextlib.suppress(KeyError):
                self._selector.unregister(process.stdout)
            process.stdout.close()
            process.stdout = None

    def _running(self) -> dict[_Child, subprocess.Popen[bytes]]:
        return {child: child.process for child in self._children if child.process is not None}


def _send(number: int, pids: Sequence[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
