"""The process that takes in what arrives by itself is killed; each thing is one document."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.kill_intake import kill_intake
from tests.s3 import S3Server

pytestmark = [
    pytest.mark.real_site,
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]


def test_kills_in_mid_work_neither_lose_nor_double_a_thing(
    tmp_path: Path, s3_server: S3Server
) -> None:
    """Of folder, mailbox and bucket."""
    found = kill_intake(tmp_path, s3_server, inputs=36, kills=2, seed=5, seconds=60)
    assert found.is_right, (found.lost, found.doubled, found.wrong)
    assert found.kills
