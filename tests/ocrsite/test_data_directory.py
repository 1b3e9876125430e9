"""What is said of a data directory that can't be used (more in test_environment.py)."""

from __future__ import annotations

from pathlib import Path

from ocrsite.data_directory import explain_os_error


def test_what_belongs_to_somebody_else_is_named_in_one_sentence(tmp_path: Path) -> None:
    refusal = PermissionError(13, "Permission denied", str(tmp_path / "lock"))

    said = str(explain_os_error(tmp_path, refusal))

    assert said.startswith(f"the data directory {tmp_path} can't be used: ")
    assert str(tmp_path / "lock") in said
    assert "permission denied" in said
    assert said.endswith(".") and "\n" not in said
