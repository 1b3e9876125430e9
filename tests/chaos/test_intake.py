"""What takes in is killed in mid-work, again and again; each thing is one document."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.ocrsite.running_site import ROOT
from tests.s3 import S3Server

pytestmark = [pytest.mark.long, pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(300)]


def test_kills_in_mid_work_neither_lose_nor_double_a_thing(s3_server: S3Server) -> None:
    """Of folder, mailbox and bucket. (`s3_server`: skipped where none can be started.)"""
    command = [sys.executable, "-m", "tests.benchmarks.kill_takers"]
    done = subprocess.run(
        [*command, "--inputs", "45", "--kills", "6", "--seed", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "45 inputs, 6 kills" in done.stdout
