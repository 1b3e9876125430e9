"""The directory of the index: one per machine, one generation in use.

    search/lock          held by the one process that writes (flock), see `index_lock`
    search/current       the name of the generation that is searched
    search/g-1f2e3d4c/   a generation: Tantivy's files and `state.json`, see `index_state`
    search/status.json   the status of the writing process
    search/damaged       names the generation that a process could not read, see `index_flags`
    search/rebuild       a rebuild was requested; once started, names the new generation

All of it may be deleted at any time: the index is rebuilt.
"""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from django.conf import settings

from documents.files.atomic import make_directories, write_file


def get_root() -> Path:
    """The directory of this machine's index."""
    return Path(settings.OCRSITE_SEARCH_DIR)


def read_current(root: Path) -> Path | None:
    """The directory of the generation that is searched."""
    name = read_name(root / "current")
    return root / name if name else None


def set_current(root: Path, generation: Path) -> None:
    write_file(root / "current", generation.name)


def create_generation(root: Path) -> Path:
    made = root / f"g-{uuid.uuid4().hex[:8]}"
    make_directories(made, root)
    return made


def remove_other_generations(root: Path, keep: Path | None) -> None:
    for path in root.glob("g-*"):
        if keep is None or path.name != keep.name:
            shutil.rmtree(path, ignore_errors=True)


def read_name(path: Path) -> str | None:
    """The one name in a file; None if there is no such file."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
