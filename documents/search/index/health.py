"""The health of this machine's index, for `/health`, `/metrics` and answers to searches. Cheap: it
reads one file."""

from __future__ import annotations

from documents.search.index import index_files
from documents.search.index.index_state import IndexStatus

#: Seconds after the site's start before a missing writing process is reported, and seconds without
#: a status after which it counts as missing.
START_GRACE, SILENCE_LIMIT = 30.0, 15.0


def read_index_status() -> IndexStatus | None:
    """The last status of the writing process; None if there was none."""
    return IndexStatus.read(index_files.get_root())


def describe_index_problems(uptime: float) -> list[str]:
    """Warnings for an administrator. `uptime`: seconds since the site had started."""
    status = read_index_status()
    if status is None or (status.age > SILENCE_LIMIT and uptime < START_GRACE):
        if uptime < START_GRACE:
            return []
        return ["The search index is not updated: no process writes it."]
    if status.age > SILENCE_LIMIT:
        return [
            f"The search index is not updated: its process has been silent for {status.age:.0f} s."
        ]
    if status.state == "building" and status.documents:
        done = f"{status.built} of {status.documents} documents"
        return [f"The search index is being built ({done}); not all may be found yet."]
    if status.state == "failing":
        return [f"The search index is not updated: {status.detail}"]
    return []


def describe_shortcomings(status: IndexStatus | None, *, complete: bool) -> list[str]:
    """Warnings for a person who searches. `complete`: the index has the whole archive."""
    if not complete or (status and status.state == "building"):
        done = ""
        if status and status.state == "building" and status.documents:
            done = f" ({status.built} of {status.documents} documents)"
        if complete:
            return [f"The search index is being rebuilt{done}; the old one answers."]
        return [f"The search index is being built{done}: not every page can be found yet."]
    if status is None or status.age > SILENCE_LIMIT:
        return ["The search index is not kept up to date: its process does not run."]
    if status.state == "failing":
        return ["The search index is not kept up to date at the moment."]
    return []
