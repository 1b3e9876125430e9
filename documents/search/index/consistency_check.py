"""Compare the index with the database: for an administrator at the console."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from tantivy import Query

from documents.models import Document
from documents.search.index import entry_loader, integrity
from documents.search.index.index_reader import IndexReader, IndexSnapshot
from documents.search.index.schema import get_schema

_DOCUMENT_BATCH = 200
#: More entries than a document can have.
_UNLIMITED = 10_000_000


@dataclass
class ConsistencyReport:
    """Numbers of entries: `entries` exist, `wanted` should; those that differ from the database."""

    entries: int = 0
    wanted: int = 0
    missing: int = 0
    superfluous: int = 0
    outdated: int = 0
    damaged_files: list[str] = field(default_factory=list)

    @property
    def is_consistent(self) -> bool:
        return not (self.missing or self.superfluous or self.outdated or self.damaged_files)


def check_index(root: Path) -> ConsistencyReport:
    """Compare the entries of every document; a change made meanwhile may count as a difference.

    Raises SearchUnavailable.
    """
    snapshot = IndexReader(root).open_snapshot()
    report = ConsistencyReport(
        entries=snapshot.count(Query.all_query()),
        damaged_files=integrity.find_damaged_files(snapshot.path),
    )
    compared = 0
    ids = Document.objects.order_by("id").values_list("id", flat=True)
    last: uuid.UUID | None = None
    while batch := list((ids.filter(id__gt=last) if last else ids)[:_DOCUMENT_BATCH]):
        last = batch[-1]
        facts = entry_loader.load_facts(batch)
        sources = entry_loader.load_sources(facts)
        for document in batch:
            digest = facts[document].digest if document in facts else 0
            wanted = set(sources.get(document, {}).values())
            compared += _compare(snapshot, document, wanted, digest, report)
    report.superfluous += report.entries - compared
    return report


def _compare(
    snapshot: IndexSnapshot,
    document: uuid.UUID,
    wanted: set[int],
    digest: int,
    report: ConsistencyReport,
) -> int:
    """Add the document's differences to the report; return how many entries it has."""
    query = Query.term_query(get_schema(), "document", document.hex, "basic")
    hits, _ = snapshot.search(query, _UNLIMITED, count=False)
    addresses = [address for _, address in hits]
    present = snapshot.read_column("source", addresses)
    report.wanted += len(wanted)
    report.missing += len(wanted - set(present))
    report.superfluous += len(present) - len(wanted & set(present))
    report.outdated += sum(
        facts != digest and source in wanted
        for facts, source in zip(snapshot.read_column("facts", addresses), present, strict=True)
    )
    return len(present)
