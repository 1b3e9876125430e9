"""What is installed is what the locks say: pinned, hashed, the same everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.check_locks import find_differences, find_missing, main, read_lock

HASH = "--hash=sha256:" + "0a" * 32
GOOD = f"""\
django==5.2.8 \\
    {HASH} \\
    {HASH}
uvloop==1.0 ; sys_platform == 'linux' \\
    {HASH}
"""


def test_our_locks_are_sound() -> None:
    assert main([]) == 0


def test_a_sound_lock_has_no_faults() -> None:
    pins, faults = read_lock("# a comment\n" + GOOD)

    assert faults == []
    assert pins == {("django", ""): "5.2.8", ("uvloop", "sys_platform == 'linux'"): "1.0"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"a>=1 \\\n    {HASH}", "not pinned"),
        (f"a==1.* \\\n    {HASH}", "not pinned"),
        ("a==1", "no hash"),
        ("a==1 \\\n    --hash=md5:00", "something else than a SHA-256"),
        ("a==1 \\\n    --hash=sha256:00", "something else than a SHA-256"),
        (f"a @ https://example.com/a.whl \\\n    {HASH}", "not pinned"),
        ("-e .", "an option"),
        ("--extra-index-url https://example.com", "an option"),
        ("--no-require-hashes", "an option"),
        (f"django==5.2.8 \\\n    {HASH}", "named twice"),
    ],
)
def test_an_entry_that_could_install_something_else_is_a_fault(entry: str, said: str) -> None:
    _, faults = read_lock(GOOD + entry + "\n")

    assert len(faults) == 1
    assert said in faults[0]


def test_a_dependency_that_is_not_locked_is_a_fault() -> None:
    pyproject = 'dependencies = [\n    "Django>=5",\n    "Py_Stemmer[x]", # why\n]\n'

    assert find_missing(pyproject, read_lock(GOOD)[0]) == [
        "asked for by pyproject.toml and not locked: Py_Stemmer"
    ]


def test_two_locks_with_different_versions_are_a_fault() -> None:
    one, other = read_lock(GOOD)[0], read_lock(GOOD.replace("5.2.8", "5.2.7"))[0]

    assert find_differences(one, other) == ["locked at 5.2.8 and 5.2.7: django"]


def test_the_command_fails_and_names_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a==1\n")

    assert main([str(lock)]) == 1
    assert "some.lock: has no hash: a==1" in capsys.readouterr().err
