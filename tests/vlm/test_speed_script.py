"""The script that measures a GPU runs, without one, to its end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.benchmarks import recognisers


@pytest.mark.timeout(300)  # two processes load PyTorch, and may share their cores
@pytest.mark.shared
def test_the_dry_run_fills_its_table(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = list(recognisers.read_real_blocks())
    monkeypatch.setattr(recognisers, "read_real_blocks", lambda: [pages[0][:2], pages[-1][:1]])

    recognisers.main(["speed", "--small", "--rows", "1,8", "--pages", "3"])

    printed = capsys.readouterr().out
    assert "3 pages, 5 blocks" in printed
    rows = re.findall(r"^\| (\d+) \| [\d.]+ \| ([\d.]+) \|", printed, re.MULTILINE)
    assert [number for number, _ in rows] == ["1", "8"]
    assert all(float(blocks_a_second) > 0 for _, blocks_a_second in rows)
