"""One running instance has the data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocrsite.runtime import directory_lock
from ocrsite.runtime.directory_lock import InUse, lock_data_directory
from tests.ocrsite.running_site import ROOT


def test_a_directory_is_held_by_one_instance_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_lock, "LOCK_TIMEOUT", 0.2)
    held = lock_data_directory(tmp_path, shared=False)

    with pytest.raises(InUse, match=str(tmp_path)):
        lock_data_directory(tmp_path, shared=False)
    with pytest.raises(InUse):
        lock_data_directory(tmp_path, shared=True)

    os.close(held)
    os.close(lock_data_directory(tmp_path, shared=False))


def test_processes_of_one_role_hold_a_directory_together(tmp_path: Path) -> None:
    held = [lock_data_directory(tmp_path, shared=True) for _ in range(2)]

    for descriptor in held:
        os.close(descriptor)


@pytest.mark.parametrize(("what", "word"), [("free", ""), ("held", "another instance")])
def test_whether_a_directory_is_free_is_told_without_any_package(
    what: str, word: str, tmp_path: Path
) -> None:
    # The first time it is not even there.
    data_dir = tmp_path / "data"
    held = None
    if what == "held":
        data_dir.mkdir()
        held = lock_data_directory(data_dir, shared=False)

    result = subprocess.run(
        [sys.executable, "-S", "-m", "ocrsite.runtime.directory_lock"],
        cwd=ROOT,
        env={"OCRSITE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == (1 if held else 0), result.stderr
    assert word in result.stderr
    assert result.stderr.count("\n") == (1 if held else 0)
    if held is not None:
        os.close(held)
