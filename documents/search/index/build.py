"""Build a generation: index every document, in the order of ids, a slice of time at a time."""

from __future__ import annotations

import time
import uuid

from documents.models import Document
from documents.search.index.generation import Generation

#: Seconds of one slice; between slices, changes are followed.
SLICE = 0.25
#: Seconds between two commits: each makes a segment, which must be merged later.
COMMIT_INTERVAL = 3.0
#: Documents indexed at a time, and their pages, unless one document has more: changes wait for
#: them.
DOCUMENT_BATCH, PAGE_BATCH = 100, 200


def build_slice(generation: Generation) -> bool:
    """Index documents for `SLICE` seconds; True once all are indexed and committed."""
    until = time.monotonic() + SLICE
    while time.monotonic() < until:
        documents = _list_next_documents(generation.built_to)
        if not documents:
            generation.commit_build(complete=True)
            return True
        generation.update(documents)
        generation.built_to = documents[-1].hex
        generation.built += len(documents)
    if time.monotonic() - generation.saved_at > COMMIT_INTERVAL:
        generation.commit_build()
    return False


def _list_next_documents(built_to: str) -> list[uuid.UUID]:
    """The next documents in the order of their ids."""
    later = {"id__gt": uuid.UUID(built_to)} if built_to else {}
    documents = Document.objects.listed().filter(**later).order_by("id")
    found: list[uuid.UUID] = []
    pages = 0
    for document, count in documents.values_list("id", "page_count")[:DOCUMENT_BATCH]:
        pages += count or 1
        if found and pages > PAGE_BATCH:
            break
        found.append(document)
    return found
