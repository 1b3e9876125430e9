"""Where an index lies: one directory a machine, one generation of the index in use.

    search/lock          held by the one process that writes (flock)
    search/current       the name of the generation that is searched
    search/g-1f2e3d4c/   a generation: Tantivy's files and `state.json`
    search/status.json   how the writing process is
    search/damaged       left by a reader that could not read the generation named in it
    search/rebuild       left by who asks for another generation; then its name, until it is whole

All of it may be deleted at any time: it is built anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from django.conf import settings

from documents.files.atomic import lock_file, write_file
from documents.search.index.change_feed import Position


@dataclass(frozen=True)
class IndexState:
    """What a generation is of. `complete`: every document is in it; else those up to `built_to`
    (in the order of ids) and what changed since it was begun; `built` of `documents` so far."""

    format: str
    archive: str
    position: Position = field(default_factory=Position)
    complete: bool = False
    built_to: str = ""
    built: int = 0
    documents: int = 0

    @classmethod
    def read(cls, directory: Path) -> IndexState | None:
        """None where there is none that can be understood."""
        try:
            said = json.loads((directory / "state.json").read_text(encoding="utf-8"))
            return cls(**{**said, "position": Position(**said["position"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, directory: Path) -> None:
        write_file(directory / "state.json", json.dumps(asdict(self)))


@dataclass(frozen=True)
class IndexStatus:
    """How the writing process is: `state` is one of following, building, failing. `lag`: seconds
    that the last changes waited until they could be found."""

    state: str
    pid: int = 0
    at: float = 0.0
    entries: int = 0
    lag: float = 0.0
    built: int = 0
    documents: int = 0
    detail: str = ""

    @property
    def age(self) -> float:
        return time.time() - self.at

    @classmethod
    def read(cls, root: Path) -> IndexStatus | None:
        try:
            return cls(**json.loads((root / "status.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, root: Path) -> None:
        told = replace(self, pid=os.getpid(), at=time.time())
        write_file(root / "status.json", json.dumps(asdict(told)), durable=False)


def root() -> Path:
    return Path(settings.OCRSITE_SEARCH_DIR)


def current(root: Path) -> Path | None:
    """The generation that is searched."""
    try:
        name = (root / "current").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return root / name if name else None


def set_current(root: Path, generation: Path) -> None:
    write_file(root / "current", generation.name)


def new_generation(root: Path) -> Path:
    made = root / f"g-{uuid.uuid4().hex[:8]}"
    made.mkdir(parents=True)
    return made


def remove_others(root: Path, *kept: Path | None) -> None:
    names = {path.name for path in kept if path is not None}
    for path in root.glob("g-*"):
        if path.name not in names:
            shutil.rmtree(path, ignore_errors=True)


def report_damage(generation: Path) -> None:
    """A reader can't read it: the writing process will look, and build another."""
    with contextlib.suppress(OSError):
        write_file(generation.parent / "damaged", generation.name, durable=False)


def damage_reported(generation: Path) -> bool:
    try:
        said = (generation.parent / "damaged").read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    return said.strip() == generation.name


def ask_for_rebuild(root: Path) -> None:
    """The writing process builds the index anew, and serves the one that is there meanwhile."""
    root.mkdir(parents=True, exist_ok=True)
    write_file(root / "rebuild", "")


def rebuild_asked(root: Path, building: Path | None) -> bool:
    """Whether it was asked for, and `building` is not what was begun for that. So it is begun
    again where the process was stopped before the end."""
    try:
        begun = (root / "rebuild").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    return building is None or begun != building.name


def begin_asked(root: Path, building: Path) -> None:
    """If a rebuild is asked for, `building` is it."""
    if (root / "rebuild").exists():
        write_file(root / "rebuild", building.name)


def forget_rebuild(root: Path) -> None:
    (root / "rebuild").unlink(missing_ok=True)


def forget_damage(root: Path) -> None:
    (root / "damaged").unlink(missing_ok=True)


def hold(root: Path) -> int | None:
    """Become the one that writes: a descriptor that holds the lock, None where another does."""
    root.mkdir(parents=True, exist_ok=True)
    try:
        return lock_file(root / "lock", wait_seconds=0)
    except BlockingIOError:
        return None


def holds(root: Path, lock: int) -> bool:
    """Whether the lock is still the one that others find: the directory may be deleted at any time,
    and a lock on a file that is gone keeps nobody away."""
    try:
        there = (root / "lock").stat()
    except OSError:
        return False
    held = os.fstat(lock)
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)
