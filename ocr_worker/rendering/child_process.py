"""The child process from its parent's side: start, ask, time, kill and replace it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings

from documents import errors
from documents.files.storage import archive
from documents.messages import Message

from . import wire
from .child_death import explain_death
from .jail import Layer, LayerReport, State
from .types import Limits

log = structlog.get_logger(__name__)

#: The child's program.
_MODULE = "ocr_worker.rendering.child"

#: Where the child finds the packages of this project.
_ROOT = Path(__file__).resolve().parent.parent.parent

#: Seconds in which a child must exit once it has closed its pipe.
_GRACE_SECONDS = 1.0


class ChildProcess:
    """One child at a time, started when first needed. Not for use by several threads at once."""

    def __init__(
        self, limits: Limits, module: str = "", arguments: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """`module`: the child's program, "": the one that draws pages. `arguments`: makes the
        further arguments of each child that is started."""
        self._limits = limits
        self._program = module
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None
        self._log: IO[bytes] | None = None
        self._served, self._ready = 0, False
        #: What became of the last child's jail; nothing before the first one.
        self.jail: tuple[LayerReport, ...] = ()

    @property
    def pid(self) -> int | None:
        """The process id of the running child, if there is one."""
        return None if self._process is None else self._process.pid

    def start(self) -> tuple[LayerReport, ...]:
        """Start the child, unless it runs; what became of the jail's layers.

        Raises RendererUnavailable.
        """
        self._ensure_running(time.monotonic() + self._limits.wall_seconds)
        return self.jail

    def start_ahead(self) -> None:
        """Start a child, unless one runs, and do not wait until it is ready: a later `ask` does.

        One that can't be started is started by `ask`, which says why.
        """
        if self._process is None:
            with contextlib.suppress(OSError):
                self._start()

    def ask(self, request: dict[str, Any], *files: int) -> tuple[dict[str, Any], bytearray]:
        """Send a request about the open descriptors `files`, one in most; return the answer: header
        and payload.

        Raises LimitExceeded, DamagedPage, ReadingTimeout, EngineFailed; RendererUnavailable where
        no child starts (the request was not sent). After any of these the child has ended, and
        the next request starts another.
        """
        deadline = time.monotonic() + self._limits.wall_seconds
        process = self._ensure_running(deadline)
        try:
            self._send(request, *files)
            header, payload = self._receive(process, deadline)
        except _ChildDied:
            raise self._explain_death() from None
        except BaseException:
            self.end()  # a part of an answer may still be in the pipe
            raise
        self._served += 1
        if (
            self._served >= self._limits.requests
            or header.get("peak_bytes", 0) > self._limits.peak_bytes
        ):
            self.end()
        return header, payload

    def end(self) -> None:
        """Kill the child, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def _ensure_running(self, deadline: float) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None and self._ready:
            return self._process
        # No child yet, or it died while idle: not caused by a page.
        process = self._process
        if process is None or process.poll() is not None:
            self.end()
            process = None
        try:
            process = process or self._start()
            ready, _ = self._receive(process, deadline)
            self._note_jail(ready)
            self._ready = True
        except OSError as error:
            self.end()
            raise _renderer_unavailable(
                Message("could not be started ({problem})", problem=error)
            ) from error
        except _ChildDied:
            code = 0 if process is None else self._wait_for_exit(process)
            last_words = self._read_error_log()
            self.end()
            reason = last_words.splitlines()[-1] if last_words else f"exit status {code}"
            raise _renderer_unavailable(
                Message("ended while it started ({problem})", problem=reason[:200])
            ) from None
        except errors.ReadingTimeout:
            self.end()
            raise _renderer_unavailable(
                Message(
                    "did not start within {seconds} s", seconds=round(self._limits.wall_seconds)
                )
            ) from None
        except BaseException:
            self.end()
            raise
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        """Raises OSError."""
        self._log = _open_error_log()
        given = self._limits
        limits = (os.getpid(), given.memory_bytes, given.niceness, int(given.archives))
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # nosec B603 # a list of our own words, no shell
                [
                    sys.executable,
                    "-m",
                    self._program or _MODULE,
                    *map(str, limits),
                    *self._arguments(),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=self._log,
                bufsize=0,
                cwd=_ROOT,
                env=settings.OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT,
                close_fds=True,
            )
        self._served, self._ready = 0, False
        return self._process

    def _note_jail(self, ready: dict[str, Any]) -> None:
        before, self.jail = (
            self.jail,
            tuple(
                LayerReport(Layer(layer), State(state), reason)
                for layer, state, reason in ready["jail"]
            ),
        )
        refused = {str(r.layer.value): r.reason for r in self.jail if r.state is State.REFUSED}
        if refused and self.jail != before:
            log.warning("jail_layers_refused", **refused)

    def _send(self, request: dict[str, Any], *files: int) -> None:
        assert self._requests is not None
        try:
            wire.send_request(self._requests, request, *files)
        except (BrokenPipeError, ConnectionResetError):
            raise _ChildDied from None

    def _receive(
        self, process: subprocess.Popen[bytes], deadline: float
    ) -> tuple[dict[str, Any], bytearray]:
        assert process.stdout is not None
        source = process.stdout.fileno()
        prefix = self._read_exactly(source, wire.PREFIX.size, deadline)
        header_bytes, payload_bytes = wire.PREFIX.unpack(prefix)
        if header_bytes > self._limits.header_bytes or payload_bytes > self._limits.output_bytes:
            raise errors.LimitExceeded(
                Message(
                    "The page produces more data than one page may. "
                    "Export the page as an image and upload that."
                )
            )
        try:
            header = wire.parse_header(self._read_exactly(source, header_bytes, deadline))
        except ValueError:
            raise errors.DamagedPage(
                Message(
                    "The page broke the process that reads files. "
                    "Export the page as an image and upload that."
                )
            ) from None
        return header, self._read_exactly(source, payload_bytes, deadline)

    def _read_exactly(self, source: int, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        view, filled = memoryview(data), 0
        while filled < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([source], [], [], left)[0]:
                raise errors.ReadingTimeout(
                    Message(
                        "Drawing the page took longer than {seconds} s. It is tried again.",
                        seconds=round(self._limits.wall_seconds),
                    )
                )
            read = os.readv(source, [view[filled:]])
            if read == 0:
                raise _ChildDied
            filled += read
        return data

    def _explain_death(self) -> errors.ReadingError:
        assert self._process is not None
        code = self._wait_for_exit(self._process)
        last_words = self._read_error_log()
        self.end()
        return explain_death(code, last_words, self._limits)

    @staticmethod
    def _wait_for_exit(process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return 0  # it closed its pipe and still runs: the caller kills it

    def _read_error_log(self) -> str:
        """The end of the child's stderr, at most 4,096 bytes."""
        if self._log is None:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 4096))
        return self._log.read().decode("utf-8", "replace").strip()


def _open_error_log() -> IO[bytes]:
    """Open an unnamed file for the child's stderr. Raises OSError.

    In memory where the system can: there may be no writable temporary directory.
    """
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            return os.fdopen(os.memfd_create("ocrsite-rendering"), "w+b")
    return tempfile.TemporaryFile(dir=archive().staging)


def _renderer_unavailable(what: Message) -> errors.RendererUnavailable:
    return errors.RendererUnavailable(
        Message(
            "The process that draws pages {what}. It is tried again; if that goes on, see whether "
            "the machine has memory and processes left, and install the project’s dependencies "
            "again.",
            what=what,
        )
    )


class _ChildDied(Exception):
    """The child closed its pipe instead of answering."""
