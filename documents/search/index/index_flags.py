"""Requests to the process that writes the index: this generation is damaged; rebuild the index."""

from __future__ import annotations

import contextlib
from pathlib import Path

from documents.files.atomic import make_directories, write_file
from documents.search.index.index_files import read_name


def report_damage(generation: Path) -> None:
    """Have the writing process replace a generation that could not be read."""
    with contextlib.suppress(OSError):
        write_file(generation.parent / "damaged", generation.name, durable=False)


def is_reported_damaged(generation: Path) -> bool:
    return read_name(generation.parent / "damaged") == generation.name


def clear_damage(root: Path) -> None:
    (root / "damaged").unlink(missing_ok=True)


def request_rebuild(root: Path) -> None:
    """Have the writing process rebuild the index; the current generation is searched meanwhile."""
    make_directories(root, root)
    write_file(root / "rebuild", "")


def is_rebuild_requested(root: Path, building: Path | None) -> bool:
    """Whether a rebuild was requested that `building` is not the result of. The request stays until
    the rebuild is complete, so that it is started again if the process is stopped before."""
    name = read_name(root / "rebuild")
    return name is not None and (building is None or name != building.name)


def assign_rebuild(root: Path, building: Path) -> None:
    """Note `building` as the answer to a requested rebuild, if there is a request."""
    if (root / "rebuild").exists():
        write_file(root / "rebuild", building.name)


def clear_rebuild(root: Path) -> None:
    (root / "rebuild").unlink(missing_ok=True)
