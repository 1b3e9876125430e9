"""How this machine's index is, in the words of `/health` and `/metrics`. Cheap: it reads a file."""

from __future__ import annotations

from documents.search.index import index_files
from documents.search.index.index_files import IndexStatus

#: Seconds after a start in which the process that writes the index is not missed yet, and seconds
#: of silence after which it is.
COMES_WITHIN, SILENT_AFTER = 30.0, 15.0


def search_status() -> IndexStatus | None:
    """As the writing process has told it last; None where there never was one."""
    return IndexStatus.read(index_files.root())


def search_warnings(up_for: float) -> list[str]:
    """What an administrator is to know. `up_for`: seconds since the site's start was over."""
    status = search_status()
    if status is None or (status.age > SILENT_AFTER and up_for < COMES_WITHIN):
        if up_for < COMES_WITHIN:
            return []
        return ["The search index is not kept: no process writes it."]
    if status.age > SILENT_AFTER:
        return [
            f"The search index is not kept: its process has been silent for {status.age:.0f} s."
        ]
    if status.state == "building" and status.documents:
        done = f"{status.built} of {status.documents} documents"
        return [f"The search index is being built ({done}); not all may be found yet."]
    if status.state == "failing":
        return [f"The search index is not kept: {status.detail}"]
    return []
