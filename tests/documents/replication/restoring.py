"""A copy of the archive, and an archive that has forgotten everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from documents.files.storage import archive
from documents.models import Document, Event, Tag, Team
from documents.replication.manifest import build_manifest
from documents.replication.sources import DirectorySource


def copied_to(directory: Path) -> DirectorySource:
    """A copy of the archive's files, as a download of the bucket would be."""
    archive().root.rename(directory)
    archive().root.mkdir()
    return DirectorySource(directory)


def forget_everything() -> None:
    Document.objects.all().delete()
    Event.objects.all().delete()
    Tag.objects.all().delete()
    Team.objects.all().delete()


def facts(document: Document) -> dict[str, Any]:
    return build_manifest(document, "any")
