"""LibreOffice, run in a forked copy of this process: its own `main`, once for each thing to do.

The copy shares the loaded libraries, so a run takes less than starting the program, and nothing is
started from the jail. In the child only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from documents.errors import ConversionFailed, LimitExceeded, ReadingError
from documents.messages import Message
from ocr_worker.process_death import die_with_parent
from ocr_worker.rendering.jail import seccomp

from .office_jail import office_rules
from .passwords import refuse_protected
from .profile import copy_profile, profile_path

#: What a copy exits with where the kernel refuses the list of system calls, and where it holds.
_UNCONFINED, _CONFINED = b"-", b"+"

#: Signals by which it ends when it gets no memory, and also when it has a fault: then it says that
#: it got none, or had taken this share of what it may.
_OUT_OF_MEMORY = (signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS, signal.SIGSEGV)
_NO_MEMORY = ("bad_alloc", "annot allocate memory", "MemoryError")
_MUCH_OF_MEMORY = 0.5

#: What it exits with when it has caught its own fault (desktop/source/inc/exithelper.h), and what a
#: copy does that could not become it.
_FAULT = (77, 79, 70)

#: How presentations are written as PDF.
WITH_HIDDEN_SLIDES = 'impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}'

_ENVIRONMENT: Mapping[str, str] = {
    "SAL_USE_VCLPLUGIN": "svp",  # draws in memory
    "SAL_DISABLE_SYNCHRONOUS_PRINTER_DETECTION": "1",
    "SAL_DISABLE_OPENCL": "1",
    "MAX_CONCURRENCY": "2",  # threads of its pools
}


@dataclass(frozen=True)
class _End:
    """How a run ended. `code`: its exit status, negative a signal; `peak_bytes`: of its memory;
    `last_words`: on stderr; `refused`: why it was not confined, "" where it was."""

    code: int
    peak_bytes: int
    last_words: str
    refused: str


class Office:
    """LibreOffice with user profiles in the directory `own`, one for each run.

    `refused`: why the kernel refuses the list of system calls; "" where it holds.
    """

    def __init__(self, kit: Path, own: Path) -> None:
        """Raises OSError where the libraries can't be loaded or LibreOffice does not start."""
        os.environ.update(_ENVIRONMENT)
        self._main = ctypes.CDLL(str(kit)).soffice_main
        self._base = ctypes.CDLL(str(kit.parent / "libuno_sal.so.3"))
        self._own, self._runs = own, 0
        self._program = str(kit.parent / "soffice")
        self.refused = ""
        # The first run of a new profile makes its directories, and asks to be run again.
        end = self._run("--terminate_after_init")
        self.refused = end.refused
        if end.code < 0:
            raise OSError(f"LibreOffice did not start ({end.code})")
        copy_profile(own)

    def convert(self, source: Path, target: Path, *, read_as: str = "", write_as: str = "") -> None:
        """Write `source` as `target`, a file beside it with the same stem and another suffix.

        `read_as`, `write_as`: LibreOffice's own names of the formats, the latter with its options;
        "": it finds out. Raises PasswordNeeded, ConversionFailed, LimitExceeded.
        """
        wanted = ":".join(filter(None, (target.suffix[1:], write_as)))
        end = self._run(
            *([f"--infilter={read_as}"] if read_as else []),
            "--convert-to", wanted, "--outdir", str(target.parent), str(source),
        )  # fmt: skip
        if end.code < 0:
            raise explain_signal(-end.code, end.peak_bytes, end.last_words)
        if not target.exists() or not target.stat().st_size:
            if end.code in _FAULT:
                raise _broke_off(f"exit {end.code}")
            refuse_protected(source)
            raise ConversionFailed(
                Message(
                    "The file can’t be opened: it is damaged, or not what it says it is. Open it "
                    "in the program that made it, export it to PDF and upload that."
                )
            )

    def _run(self, *arguments: str) -> _End:
        parent, profile = os.getpid(), profile_path(self._own, self._runs)
        self._runs += 1
        reading, writing = os.pipe()
        said_before = _size_of_errors()
        pid = os.fork()
        if pid == 0:
            try:
                die_with_parent(parent)
                os.close(reading)
                try:
                    seccomp.deny_calls_by_default(office_rules(os.getpid()))
                    os.write(writing, _CONFINED)
                except OSError as error:
                    os.write(writing, _UNCONFINED + (error.strerror or str(error)).encode())
                os.close(writing)
                self._become_office(profile, arguments)
            finally:
                os._exit(70)
        os.close(writing)
        with os.fdopen(reading, "rb") as answers:
            answer = answers.read()
        _, status, used = os.wait4(pid, 0)
        return _End(
            os.waitstatus_to_exitcode(status),
            used.ru_maxrss * 1024,
            _read_errors(said_before),
            answer[1:].decode("utf-8", "replace"),
        )

    def _become_office(self, profile: Path, arguments: tuple[str, ...]) -> None:
        words = [
            self._program, f"-env:UserInstallation={profile.as_uri()}", "--headless",
            "--norestore", "--nologo", "--nodefault", "--nolockcheck", *arguments,
        ]  # fmt: skip
        given = (ctypes.c_char_p * (len(words) + 1))(*[word.encode() for word in words], None)
        self._base.sal_detail_initialize(len(words), given)
        code = self._main()
        sys.stdout.flush()
        os._exit(code & 0xFF)


def explain_signal(number: int, peak_bytes: int, last_words: str) -> ReadingError:
    """The error for a run that this signal ended, whose memory was `peak_bytes` at most."""
    if number in (signal.SIGXCPU, signal.SIGXFSZ):
        return _too_much()
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    if number in _OUT_OF_MEMORY and (
        any(words in last_words for words in _NO_MEMORY)
        or (allowed != resource.RLIM_INFINITY and peak_bytes > _MUCH_OF_MEMORY * allowed)
    ):
        return _too_much()
    return _broke_off(signal.Signals(number).name)


def _too_much() -> LimitExceeded:
    return LimitExceeded(
        Message(
            "The file needs more memory or time than one file may have. "
            "Split it, or open it in the program that made it, export it to PDF and upload that."
        )
    )


def _broke_off(how: str) -> ConversionFailed:
    return ConversionFailed(
        Message(
            "LibreOffice, which turns office files into pages, broke off at this file ({signal}). "
            "Open it in the program that made it, export it to PDF and upload that.",
            signal=how,
        )
    )


def _size_of_errors() -> int:
    """Bytes that were written to stderr; 0 where that is no file."""
    with contextlib.suppress(OSError):
        return os.fstat(2).st_size
    return 0


def _read_errors(start: int) -> str:
    """The last of what was written to stderr, 4,096 bytes at most; "" where that is no file."""
    with contextlib.suppress(OSError):
        end = os.fstat(2).st_size
        return os.pread(2, 4096, max(start, end - 4096)).decode("utf-8", "replace")
    return ""
