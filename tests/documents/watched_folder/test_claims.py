"""A file of the watched folder is one process's at a time, and none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest

from documents.watched_folder import WatchedFolder
from documents.watched_folder.claims import STALE_SECONDS, claim, put_back_lost

ROOT = Path(__file__).resolve().parents[3]
PATH = PurePosixPath("Legal/a.pdf")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "inbox"
    WatchedFolder(root).prepare()
    (root / PATH).parent.mkdir()
    (root / PATH).write_bytes(b"content")
    return root


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_one_of_two_gets_the_file(root: Path) -> None:
    first, second = claim(root, PATH), claim(root, PATH)

    assert first is not None
    assert second is None
    assert b"".join(first.read()) == b"content"
    assert len(list((root / ".ocrsite").iterdir())) == 1, "the loser leaves nothing behind"


@pytest.mark.parametrize(("keep", "left"), [(True, {"done/Legal/a.pdf"}), (False, set())])
def test_what_was_taken_in_is_kept_or_removed(root: Path, keep: bool, left: set[str]) -> None:
    claimed = claim(root, PATH)
    assert claimed is not None
    claimed.finish(keep=keep)

    assert files(root) == left
    assert list((root / ".ocrsite").iterdir()) == []


def test_no_file_takes_the_place_of_another(root: Path) -> None:
    for _ in range(3):
        (root / PATH).write_bytes(b"content")
        claimed = claim(root, PATH)
        assert claimed is not None
        claimed.finish(keep=True)

    assert files(root) == {f"done/Legal/{name}" for name in ("a.pdf", "a (2).pdf", "a (3).pdf")}


def test_what_is_refused_lies_beside_a_note(root: Path) -> None:
    claimed = claim(root, PATH)
    assert claimed is not None
    place = claimed.refuse("why")

    assert place == root / "refused/Legal/a.pdf"
    assert (root / "refused/Legal/a.pdf.txt").read_text() == "why"


def test_what_a_killed_process_had_is_put_back_at_once(root: Path) -> None:
    script = (
        "import os, pathlib, signal, sys\n"
        "from documents.watched_folder.claims import claim\n"
        "claim(pathlib.Path(sys.argv[1]), pathlib.PurePosixPath(sys.argv[2]))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(root), str(PATH)], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert not (root / PATH).exists()

    assert put_back_lost(root) == 1
    assert (root / PATH).read_bytes() == b"content"


def test_what_another_machine_lost_is_put_back_later_and_a_living_one_keeps_its_own(
    root: Path,
) -> None:
    dead = claim(root, PATH)
    assert dead is not None
    (root / PATH).write_bytes(b"another of this name")
    living = claim(root, PATH)
    assert living is not None
    long_ago = time.time() - STALE_SECONDS - 1
    os.utime(dead._claim, (long_ago, long_ago))

    assert put_back_lost(root) == 1
    assert (root / PATH).read_bytes() == b"content"
    assert put_back_lost(root) == 0
    with pytest.raises(FileNotFoundError):
        dead.finish(keep=True)
    living.put_back()
    assert (root / "Legal/a (2).pdf").read_bytes() == b"another of this name"
