"""The scripts behind `make run`: where the Python environment lies, and that none is changed under
a site that runs. Of `make test-all`: that it misses no failure.

A copy of `.ci` with a pretended environment, run by somebody who is not root (to root nothing is
write-protected).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ocrsite.running_site import ROOT

NOBODY = 65534
LOCK = "requirements.lock"

Bash = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where others may go, unlike in a directory that pytest makes."""
    # A live server, for a test before in this process, keeps what is made from then on private.
    before = os.umask(0o022)
    path = Path(tempfile.mkdtemp(prefix="ocrsite-scripts-"))
    path.chmod(0o755)
    yield path
    os.umask(before)
    for directory, _, _ in os.walk(path):
        Path(directory).chmod(0o755)
    shutil.rmtree(path)


@pytest.fixture
def checkout(place: Path) -> Path:
    root = place / "checkout"
    (root / ".ci").mkdir(parents=True)
    for name in ("lib.sh", "serve"):
        shutil.copy(ROOT / ".ci" / name, root / ".ci" / name)
    for name in (LOCK, "requirements-dev.lock"):
        (root / name).write_text(f"# {name}\n")
    return root


@pytest.fixture
def cache(place: Path) -> Path:
    return directory_of_nobody(place / "cache")


@pytest.fixture
def temporary(place: Path) -> Path:
    return directory_of_nobody(place / "tmp")


@pytest.fixture
def bash(checkout: Path, cache: Path, temporary: Path) -> Bash:
    """Runs a script in the checkout, with `.ci/lib.sh` at hand."""

    def bash(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail; . .ci/lib.sh; {script}"],
            cwd=checkout,
            env={
                "PATH": os.environ["PATH"],
                "XDG_CACHE_HOME": str(cache),
                "TMPDIR": str(temporary),
            },
            user=NOBODY if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            check=False,
        )

    return bash


def directory_of_nobody(path: Path) -> Path:
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    return path


def make_environment(bash: Bash, venv: Path, lock: str = LOCK) -> None:
    """As if `lock` had been installed there."""
    program = venv / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\n[ "$1" != -V ] || echo Python 3.12.0\n')
    program.chmod(0o755)
    stamp = bash(f'venv="{venv}"; stamp_of {lock}').stdout
    (venv / ".installed").write_text(stamp)


def write_protect(*paths: Path) -> None:
    for path in paths:
        path.chmod(0o555)


def chosen(bash: Bash) -> str:
    result = bash(f'choose_venv {LOCK}; printf %s "$venv"')
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_environment_lies_beside_the_code(bash: Bash, checkout: Path) -> None:
    directory_of_nobody(checkout / ".venv")

    assert chosen(bash) == str(checkout / ".venv")


@pytest.mark.parametrize("lock", [LOCK, "requirements-dev.lock"])
def test_one_that_is_complete_is_used_where_it_can_not_be_written(
    bash: Bash, checkout: Path, lock: str
) -> None:
    make_environment(bash, checkout / ".venv", lock)
    write_protect(checkout / ".venv", checkout)

    assert chosen(bash) == str(checkout / ".venv")
    assert bash(f"install_locked {LOCK}").stderr == "", "there is nothing to do"


def test_one_that_lacks_something_and_can_not_be_written_is_left_for_the_cache(
    bash: Bash, checkout: Path, cache: Path
) -> None:
    make_environment(bash, checkout / ".venv")
    (checkout / LOCK).write_text("# another version\n")
    write_protect(checkout / ".venv", checkout)

    assert Path(chosen(bash)).parent == cache / "ocrsite"


def test_without_a_cache_it_lies_in_a_temporary_directory_of_nobody_else(
    bash: Bash, checkout: Path, cache: Path, temporary: Path
) -> None:
    write_protect(checkout, cache)

    found = Path(chosen(bash))

    assert found.parent == temporary
    assert found.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to another user")
def test_a_temporary_directory_that_another_user_made_is_not_used(
    bash: Bash, checkout: Path, cache: Path, temporary: Path
) -> None:
    write_protect(checkout, cache)
    trap = Path(chosen(bash))
    trap.rmdir()
    trap.mkdir()
    trap.chmod(0o777)

    assert bash(f"choose_venv {LOCK}").returncode == 1


def test_where_there_is_no_place_at_all_one_sentence_says_so(
    bash: Bash, checkout: Path, cache: Path, temporary: Path
) -> None:
    write_protect(checkout, cache, temporary)

    result = bash(f"choose_venv {LOCK}")

    assert result.returncode == 1
    assert result.stderr.startswith("ocrsite: there is no place")
    assert result.stderr.count("\n") == 1


def test_nothing_is_installed_while_a_site_runs_on_the_data_directory(
    checkout: Path, tmp_path: Path
) -> None:
    for package in ("ocrsite", "documents"):
        (checkout / package).symlink_to(ROOT / package)
    with (tmp_path / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        result = subprocess.run(
            [checkout / ".ci" / "serve"],
            env={"PATH": os.environ["PATH"], "OCRSITE_DATA_DIR": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    assert result.returncode == 1
    assert "another instance is running" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (checkout / ".venv").exists()


#: Stands for python and for the scripts beside: says what it was asked, and fails where FAILING
#: names it. "test", "container test" are tests that fail once, "tests" one that fails again.
STAND_IN = """#!/bin/sh
kind=$(basename "$0")
if [ "$kind" = python ]; then
    case "$*" in
        *--last-failed*) kind=again ;;
        *"not container"*) kind=$OCRSITE_TEST_DATABASE ;;
        *) kind=container ;;
    esac
fi
echo "ran $kind${1:+ $*}"
fail_a_test() {
    mkdir -p .pytest_cache/$1/v/cache
    echo '"tests/test_one.py::test_it": true' >.pytest_cache/$1/v/cache/lastfailed
    exit 1
}
case "$kind $FAILING" in
    "sqlite test"|"sqlite tests") fail_a_test sqlite ;;
    "container container test") fail_a_test containers ;;
    "again tests") exit 1 ;;
    "test-vlm test-vlm once") [ "$*" = --again ]; exit ;;
esac
[ "$kind" != "$FAILING" ]
"""

BESIDE = ["container", "test-vlm", "test-paddle"]
SUITE = ["sqlite", "postgresql", *BESIDE]


@pytest.mark.parametrize(
    ("failing", "again", "fails"),
    [
        ("", [], False),
        ("test", ["again"], False),
        ("tests", ["again"], True),
        ("postgresql", [], True),  # no test failed, but pytest
        ("container", [], True),
        ("container test", ["again", "test-vlm", "test-paddle"], False),
        ("test-vlm", ["test-vlm"], True),
        ("test-vlm once", ["test-vlm", "test-paddle"], False),
        ("test-paddle", ["test-vlm", "test-paddle"], True),
    ],
)
def test_what_failed_is_run_once_more_and_what_fails_again_counts(
    checkout: Path, failing: str, again: list[str], fails: bool
) -> None:
    for name in ("test", "test-all"):
        shutil.copy(ROOT / ".ci" / name, checkout / ".ci" / name)
    with (checkout / ".ci" / "lib.sh").open("a") as library:
        library.write("need_all_for_tests() { venv=$root/.venv; }\n")
    for name in (".venv/bin/python", ".ci/test-vlm", ".ci/test-paddle"):
        program = checkout / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(STAND_IN)
        program.chmod(0o755)

    result = subprocess.run(
        [checkout / ".ci" / "test-all"],
        env={"PATH": os.environ["PATH"], "FAILING": failing},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    ran = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("ran ")]
    assert ran == [*SUITE, *again], result.stderr
    assert result.returncode == (1 if fails else 0), result.stderr
