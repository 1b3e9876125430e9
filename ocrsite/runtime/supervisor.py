"""Keeps child processes alive, and ends all of them together.

One thread, one loop: a signal or a child's output wakes it. (The kernel ends children when the
*thread* that started them ends, and code between fork and exec is only safe without other threads.)

A child that dies is started again after a pause (`RestartPauses`). Every child leads a process
group of its own in the supervisor's session: Ctrl-C reaches only the supervisor, and what a dead
child leaves behind can be ended.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

import structlog

from ocr_worker.process_death import adopt_orphans, list_orphans
from ocrsite.runtime.child import Child, RestartPauses
from ocrsite.runtime.service import Service, StopOrder

log = structlog.get_logger("ocrsite.supervisor")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: Seconds after the request to stop when every child that is left is killed.
KILL_AFTER = 9.0
#: Seconds between two looks at the children while they stop.
_STOP_INTERVAL = 0.25


class Supervisor:
    """Runs services until SIGTERM, SIGINT or SIGHUP; a second SIGINT ends everything at once.

    A SIGHUP that is ignored already (nohup) stays ignored. `directory` is the children's working
    directory. A context manager: it owns the process's signal handlers.
    """

    def __init__(self, directory: Path, pauses: RestartPauses | None = None) -> None:
        self._directory = directory
        self._pauses = pauses or RestartPauses()
        self._children: list[Child] = []
        self._calls: list[tuple[float, Callable[[], None]]] = []
        self._selector = selectors.DefaultSelector()
        self._stop_requested_at: float | None = None
        self._stop_at_once = False

    def __enter__(self) -> Supervisor:
        self._wake, self._waker = socket.socketpair()
        for end in (self._wake, self._waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # started under nohup: the site should outlive the terminal
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._selector.register(self._wake, selectors.EVENT_READ, self._drain_wake)
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
        """Start `service` and keep it running."""
        child = Child(service, self._pauses)
        self._children.append(child)
        if self._stop_requested_at is None:
            self._start(child)

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call it once, in `seconds`; not at all if the site is asked to stop before."""
        self._calls.append((time.monotonic() + seconds, call))

    def run(self) -> None:
        """Returns once the site was asked to stop and every child is gone."""
        while True:
            self._reap()
            now = time.monotonic()
            if self._stop_requested_at is None:
                self._run_due_calls(now)
                for child in list(self._children):
                    if child.due is not None and child.due <= now:
                        self._start(child)
            elif self._list_running():
                self._continue_stop(now - self._stop_requested_at)
            else:
                return
            for key, _ in self._selector.select(self._seconds_to_wait()):
                key.data()

    # --- start and exit of the children ---------------------------------------------------------

    def _start(self, child: Child) -> None:
        if not child.start(self._directory):
            child.schedule_restart()
            return
        output = child.output
        if output is not None:
            self._selector.register(
                output, selectors.EVENT_READ, lambda: self._relay_output(child, output)
            )

    def _relay_output(self, child: Child, output: IO[bytes]) -> None:
        if not child.relay_output():
            self._unregister(output)

    def _unregister(self, output: IO[bytes] | None) -> None:
        if output is not None and not output.closed:
            with contextlib.suppress(KeyError):
                self._selector.unregister(output)

    def _reap(self) -> None:
        """Wait for children that have exited. What a dead child leaves behind is killed."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                break
            for child in self._list_running():
                if child.process is not None and child.process.pid == pid:
                    self._handle_exit(child, os.waitstatus_to_exitcode(status))
        known = {child.process.pid for child in self._list_running() if child.process is not None}
        _kill(list_orphans(known))

    def _handle_exit(self, child: Child, status: int) -> None:
        child.kill_group()
        child.relay_output()
        self._unregister(child.output)
        lived = child.note_exit(status)
        if self._stop_requested_at is not None:
            return
        if child.service.once and status == 0:
            self._children.remove(child)
        else:
            pause = child.schedule_restart(lived)
            if status == 0:  # for instance an OCR worker that is to be replaced by a fresh one
                log.info("child_exited", child=child.service.name, restart_in=pause)
            else:
                how = f"signal {-status}" if status < 0 else f"status {status}"
                log.warning("child_died", child=child.service.name, how=how, restart_in=pause)
        if child.service.on_exit is not None:
            child.service.on_exit(status, lived)

    def _run_due_calls(self, now: float) -> None:
        due = [call for when, call in self._calls if when <= now]
        self._calls = [(when, call) for when, call in self._calls if when > now]
        for call in due:
            call()

    # --- the stop -------------------------------------------------------------------------------

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        # Only a second SIGINT hurries: SIGTERM may come twice, from a process group and from make.
        if self._stop_requested_at is None:
            self._stop_requested_at = time.monotonic()
        elif number == signal.SIGINT:
            self._stop_at_once = True

    def _continue_stop(self, elapsed: float) -> None:
        """Ask those children to stop whose turn it is, `elapsed` seconds after the request."""
        if self._stop_at_once or elapsed >= KILL_AFTER:
            self._kill_all()
            return
        for order in StopOrder:
            earlier = [child for child in self._list_running() if child.service.stop < order]
            if earlier and elapsed < order:
                return
            for child in self._list_running():
                if child.service.stop == order:
                    child.request_stop()

    def _kill_all(self) -> None:
        for child in self._list_running():
            log.warning("child_killed", child=child.service.name)
            child.kill_group()

    # --- what wakes the loop --------------------------------------------------------------------

    def _seconds_to_wait(self) -> float | None:
        """Until something is due; None: only a signal or output can wake the loop."""
        now = time.monotonic()
        if self._stop_requested_at is not None:
            return 0.0 if self._stop_at_once else _STOP_INTERVAL
        dues = [child.due for child in self._children if child.due is not None]
        dues += [when for when, _ in self._calls]
        return max(0.0, min(dues) - now) if dues else None

    def _drain_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake.recv(4096):
                pass

    def _list_running(self) -> list[Child]:
        return [child for child in self._children if child.process is not None]


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
