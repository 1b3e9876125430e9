"""Whether the index says what the database says, and how it is: for people at a console."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from tantivy import Query

from documents.models import Document, SearchChange
from documents.search.index import change_feed, index_documents, index_files, integrity
from documents.search.index.index_files import IndexState, IndexStatus
from documents.search.index.reader import IndexReader, Opened
from documents.search.index.schema import schema

_DOCUMENTS_AT_ONCE = 200


@dataclass
class Checked:
    """Entries, by how they compare with what the database says."""

    entries: int = 0
    wanted: int = 0
    missing: int = 0
    superfluous: int = 0
    outdated: int = 0
    damaged_files: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.missing or self.superfluous or self.outdated or self.damaged_files)


def check(root: Path) -> Checked:
    """Compare every document's entries; what changes meanwhile may be counted as a difference.

    Raises SearchUnavailable.
    """
    opened = IndexReader(root).opened()
    found = Checked(
        entries=opened.count(Query.all_query()), damaged_files=integrity.damaged_files(opened.path)
    )
    seen = 0
    ids = Document.objects.order_by("id").values_list("id", flat=True)
    last: uuid.UUID | None = None
    while some := list((ids.filter(id__gt=last) if last else ids)[:_DOCUMENTS_AT_ONCE]):
        last = some[-1]
        facts = index_documents.facts_of(some)
        sources = index_documents.sources_of(facts)
        for document in some:
            digest = facts[document].digest if document in facts else 0
            seen += _compare(
                opened, document, set(sources.get(document, {}).values()), digest, found
            )
    found.superfluous += found.entries - seen
    return found


def _compare(
    opened: Opened, document: uuid.UUID, wanted: set[int], digest: int, found: Checked
) -> int:
    """Count the document's differences; how many entries it has."""
    query = Query.term_query(schema(), "document", document.hex, "basic")
    hits, _ = opened.search(query, 10_000_000, count=False)
    addresses = [address for _, address in hits]
    present = opened.column("source", addresses)
    found.wanted += len(wanted)
    found.missing += len(wanted - set(present))
    found.superfluous += len(present) - len(wanted & set(present))
    found.outdated += sum(
        facts != digest and source in wanted
        for facts, source in zip(opened.column("facts", addresses), present, strict=True)
    )
    return len(present)


def described(root: Path) -> dict[str, str]:
    """The index and its process in words."""
    path, status = index_files.current(root), IndexStatus.read(root)
    state = IndexState.read(path) if path else None
    if path is None or state is None:
        return {"index": "none", "process": _process(status)}
    size = sum(_size(file) for file in path.rglob("*"))
    behind = SearchChange.objects.filter(id__gt=state.position.row).count()
    return {
        "index": f"{path} ({size / 2**20:.1f} MB, format {state.format})",
        "complete": "yes" if state.complete else f"{state.built} of {state.documents} documents",
        "continues": "yes"
        if change_feed.continues(state.position)
        else "no: it will be built anew",
        "waiting": f"{behind} changes",
        "process": _process(status),
    }


def _size(file: Path) -> int:
    """Bytes; 0 of one that was merged into another meanwhile."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0


def _process(status: IndexStatus | None) -> str:
    if status is None:
        return "none has run here"
    ago = time.time() - status.at
    detail = f": {status.detail}" if status.detail else ""
    return (
        f"{status.state}{detail}, {status.entries} entries, last lag {status.lag:.2f} s "
        f"(process {status.pid}, {ago:.0f} s ago)"
    )
