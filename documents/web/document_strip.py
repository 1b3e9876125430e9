"""All pages of a document in a few bytes each, for the strip that leads to them."""

from __future__ import annotations

from typing import Any

from documents.models import Document, PageStatus

_LETTERS = {
    PageStatus.PENDING: "p",
    PageStatus.RUNNING: "r",
    PageStatus.DONE: "d",
    PageStatus.FAILED: "f",
    PageStatus.SKIPPED: "s",
}


def strip_of(document: Document) -> dict[str, Any]:
    """`states`: a letter for each page (pending, running, done, failed, skipped); `flagged`: the
    numbers of pages worth a look that nobody has corrected; `corrected`: of those that somebody
    has."""
    rows: Any = document.pages.order_by("number").values_list(
        "number", "status", "current_revision_id", "current_reading__flags"
    )
    states: list[str] = []
    flagged: list[int] = []
    corrected: list[int] = []
    for number, status, revision, flags in rows:
        states.append(_LETTERS[PageStatus(status)])
        if revision is not None:
            corrected.append(number)
        elif flags:
            flagged.append(number)
    return {
        "version": document.version,
        "states": "".join(states),
        "flagged": flagged,
        "corrected": corrected,
    }
