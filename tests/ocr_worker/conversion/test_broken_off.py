"""A LibreOffice that breaks off at a file: no limit was exceeded, and the error says what to do."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.errors import ConversionFailed, LimitExceeded
from ocr_worker.conversion.libreoffice import Office, explain_signal


class StandIn(Office):
    """Forks as LibreOffice is forked, and ends as `ending` does."""

    def __init__(self, own: Path, ending: Callable[[], object]) -> None:
        self._own, self._runs, self._program, self._ending = own, 0, "", ending

    def _become_office(self, profile: Path, arguments: tuple[str, ...]) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        faulthandler.disable()
        self._ending()


def abort_without_memory() -> None:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def convert(own: Path, ending: Callable[[], object]) -> None:
    source = own / "letter.docx"
    source.write_bytes(b"PK")
    StandIn(own, ending).convert(source, own / "letter.pdf")


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        (os.abort, "SIGABRT"),
        (lambda: signal.raise_signal(signal.SIGSEGV), "SIGSEGV"),
        (lambda: signal.raise_signal(signal.SIGKILL), "SIGKILL"),
        (lambda: os._exit(77), "exit 77"),
    ],
)
def test_a_crash_is_a_failed_conversion(
    tmp_path: Path, ending: Callable[[], object], how: str
) -> None:
    with pytest.raises(ConversionFailed, match=rf"broke off at this file \({how}\).*export it"):
        convert(tmp_path, ending)


def test_a_file_for_which_there_is_no_memory_exceeds_the_limit(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LimitExceeded):
        convert(tmp_path, abort_without_memory)


def test_what_ended_with_most_of_its_memory_taken_got_no_more() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**40, before[1]))
    try:
        assert isinstance(explain_signal(signal.SIGABRT, 2**39 + 1, ""), LimitExceeded)
        assert isinstance(explain_signal(signal.SIGABRT, 2**28, ""), ConversionFailed)
        assert isinstance(explain_signal(signal.SIGXCPU, 0, ""), LimitExceeded)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
