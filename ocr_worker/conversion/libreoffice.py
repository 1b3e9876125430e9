"""LibreOffice, run in a forked copy of this process: its own `main`, once for each thing to do.

The copy shares the loaded libraries, so a run takes less than starting the program, and nothing is
started from the jail. In the child only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from documents.errors import ConversionFailed, LimitExceeded
from documents.messages import Message
from ocr_worker.process_death import die_with_parent
from ocr_worker.rendering.jail import seccomp

from .office_jail import office_rules
from .passwords import refuse_protected
from .profile import copy_profile, profile_path

#: What a copy exits with where the kernel refuses the list of system calls, and where it holds.
_UNCONFINED, _CONFINED = b"-", b"+"

#: Signals by which it ends when it gets no memory.
_OUT_OF_MEMORY = (signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS)

_ENVIRONMENT: Mapping[str, str] = {
    "SAL_USE_VCLPLUGIN": "svp",  # draws in memory
    "SAL_DISABLE_SYNCHRONOUS_PRINTER_DETECTION": "1",
    "SAL_DISABLE_OPENCL": "1",
    "MAX_CONCURRENCY": "2",  # threads of its pools
}


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
        status, self.refused = self._run("--terminate_after_init")
        if not os.WIFEXITED(status):
            raise OSError(f"LibreOffice did not start ({os.waitstatus_to_exitcode(status)})")
        copy_profile(own)

    def convert(self, source: Path, target: Path, *, read_as: str = "") -> None:
        """Write `source` as `target`, a file beside it with the same stem and another suffix.

        `read_as`: LibreOffice's own name of the format of `source`; "": it finds out. Raises
        PasswordNeeded, ConversionFailed, LimitExceeded.
        """
        status, _ = self._run(
            *([f"--infilter={read_as}"] if read_as else []),
            "--convert-to", target.suffix.lstrip("."), "--outdir", str(target.parent), str(source),
        )  # fmt: skip
        if os.WIFSIGNALED(status):
            _raise_for_signal(os.WTERMSIG(status))
        if not target.exists() or not target.stat().st_size:
            refuse_protected(source)
            raise ConversionFailed(
                Message(
                    "The file can’t be opened: it is damaged, or not what it says it is. Open it "
                    "in the program that made it, export it to PDF and upload that."
                )
            )

    def _run(self, *arguments: str) -> tuple[int, str]:
        """The status with which a run ended, and why it was not confined ("": it was)."""
        parent, profile = os.getpid(), profile_path(self._own, self._runs)
        self._runs += 1
        reading, writing = os.pipe()
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
        _, status = os.waitpid(pid, 0)
        return status, answer[1:].decode("utf-8", "replace")

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


def _raise_for_signal(number: int) -> None:
    if number in (signal.SIGXCPU, signal.SIGXFSZ, *_OUT_OF_MEMORY):
        raise LimitExceeded(Message("The file needs more memory or time than one file may have."))
    raise ConversionFailed(
        Message(
            "LibreOffice broke off at this file ({signal}).", signal=signal.Signals(number).name
        )
    )
