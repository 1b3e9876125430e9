"""Describe the index and its process in words: for an administrator at the console."""

from __future__ import annotations

import time
from pathlib import Path

from documents.models import SearchChange
from documents.search.index import change_feed, index_files
from documents.search.index.index_state import IndexState, IndexStatus


def describe_index(root: Path) -> dict[str, str]:
    """Names and values, in the order in which they are to be shown."""
    path, process = index_files.read_current(root), _describe_process(IndexStatus.read(root))
    state = IndexState.read(path) if path else None
    if path is None or state is None:
        return {"index": "none", "process": process}
    size = sum(_file_size(file) for file in path.rglob("*"))
    behind = SearchChange.objects.filter(id__gt=state.position.row).count()
    continued = change_feed.is_continued(state.position)
    return {
        "index": f"{path} ({size / 2**20:.1f} MB, format {state.format})",
        "complete": "yes" if state.complete else f"{state.built} of {state.documents} documents",
        "continued": "yes" if continued else "no: it will be rebuilt",
        "waiting": f"{behind} changes",
        "process": process,
    }


def _file_size(file: Path) -> int:
    """Bytes; 0 if the file was merged into another and deleted meanwhile."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0


def _describe_process(status: IndexStatus | None) -> str:
    if status is None:
        return "none has run here"
    ago = time.time() - status.at
    detail = f": {status.detail}" if status.detail else ""
    return (
        f"{status.state}{detail}, {status.entries} entries, last lag {status.lag:.2f} s "
        f"(process {status.pid}, {ago:.0f} s ago)"
    )
