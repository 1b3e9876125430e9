"""Which copy wins when two containers of an archive changed one document.

Each container counts a document's versions on its own, so a higher number proves nothing. The
bucket's manifest wins unless this database has seen it: has written it, or was restored from it.
"""

from __future__ import annotations

from typing import Any

from documents.models import Document
from documents.models.identity import identity
from documents.replication.manifest import build_manifest
from documents.replication.sources import Source


def is_known(known: Document, version: int, source: Source) -> bool:
    """Whether the manifest of `version` in `source` has nothing new for this archive."""
    if not source.is_mirror:
        return known.version >= version
    if known.mirrored_version:
        return known.mirrored_version >= version
    return known.version > version


def is_identical(known: Document, manifest: dict[str, Any]) -> bool:
    """Whether the database has the document exactly as the manifest describes it."""
    if known.version != manifest["version"]:
        return False
    return manifest == build_manifest(known, identity().archive)


def list_unmirrored_changes(document: Document) -> list[str]:
    """What people changed here since the document was mirrored: what, which version, who.

    Empty where it never was mirrored: then nothing shows what the bucket lacks.
    """
    if not document.mirrored_version:
        return []
    events = document.events.exclude(actor=None).filter(data__version__gt=document.mirrored_version)
    return [
        f"{event.kind} (version {event.data['version']}) by {event.actor}"
        for event in events.select_related("actor").order_by("id")
    ]
