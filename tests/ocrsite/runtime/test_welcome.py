"""A person at a terminal is told what they need, and nothing that alarms them."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ocrsite.runtime.welcome import build_welcome
from tests.ocrsite.running_site import ROOT, Site, free_port


@dataclass
class Terminal:
    """A site started by a person at a terminal."""

    site: Site
    shown: str = ""
    _end: int = field(init=False)

    def start(self) -> None:
        self._end, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=self.site.environment(),
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)

    def read_until(self, there: Callable[[str], object], within: float = 60) -> str:
        deadline = time.monotonic() + within
        while not there(self.shown):
            assert time.monotonic() < deadline, self.shown
            if select.select([self._end], [], [], 0.2)[0]:
                self.shown += os.read(self._end, 65536).decode().replace("\r\n", "\n")
        return self.shown

    def stop(self) -> None:
        self.process.send_signal(2)
        with contextlib.suppress(OSError):  # the terminal's other end is closed
            self.read_until(lambda shown: "ocrsite has stopped." in shown)
        self.process.wait(60)
        os.close(self._end)


@contextlib.contextmanager
def terminal(data_dir: Path) -> Iterator[Terminal]:
    opened = Terminal(Site(data_dir, free_port()))
    opened.start()
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.kill()
            opened.process.wait()


@pytest.mark.real_site
@pytest.mark.any_database
def test_a_first_start_ends_in_a_block_that_says_all_and_nothing_alarms(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with terminal(data_dir) as first:
        first.read_until(lambda shown: "make run | cat" in shown)
        first.site.wait_for_ocr_workers()
        first.stop()

    [password] = re.findall(r"^  Password  (\S+)$", first.shown, re.MULTILINE)
    assert f"http://localhost:{first.site.port}/" in first.shown
    assert str(data_dir) in first.shown and "Ctrl-C" in first.shown
    quiet = [line for line in first.shown.splitlines() if re.search("warn|error|info|{", line)]
    assert quiet == [], "a healthy start says nothing else"

    with terminal(data_dir) as again:
        again.read_until(lambda shown: "make run | cat" in shown)
        again.stop()

    assert "Password" not in again.shown and password not in again.shown


def test_the_block_names_no_password_where_there_is_no_new_one(tmp_path: Path) -> None:
    text = build_welcome(8081, tmp_path, user="admin", password=None)

    assert "http://localhost:8081/" in text
    assert "assword" not in text


def test_the_block_fits_a_narrow_terminal(tmp_path: Path) -> None:
    text = build_welcome(8081, Path("/srv/data"), user="admin", password="x" * 16)

    assert max(map(len, text.splitlines())) <= 80
