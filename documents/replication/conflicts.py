"""Another container of this archive writes to the same bucket: which of the two is right?

Each counts a document's versions on its own, so how high they are says nothing. The bucket's
manifest is right unless this database has seen it: has written it, or has taken it in.
"""

from __future__ import annotations

from typing import Any

from documents.models import Document
from documents.models.identity import identity
from documents.replication import manifest as manifests
from documents.replication.sources import Source


def is_known(known: Document, version: int, source: Source) -> bool:
    """Whether a manifest of `version` that lies in `source` has nothing new for this archive."""
    if not source.is_mirror:
        return known.version >= version
    if known.mirrored_version:
        return known.mirrored_version >= version
    return known.version > version


def is_same(known: Document, manifest: dict[str, Any]) -> bool:
    """Whether the database says of the document exactly what the manifest does."""
    return known.version == manifest["version"] and manifest == manifests.build(
        known, identity().archive
    )


def not_mirrored(document: Document) -> list[str]:
    """What people did to the document here since it was mirrored: what, which version, who.

    Empty where it never was: then there is nothing to tell it from what the bucket has.
    """
    if not document.mirrored_version:
        return []
    done = document.events.exclude(actor=None).filter(data__version__gt=document.mirrored_version)
    return [
        f"{event.kind} (version {event.data['version']}) by {event.actor}"
        for event in done.select_related("actor").order_by("id")
    ]
