"""Restore a document from its manifest: row for row, it becomes what the manifest says.

Used where the database is older than the copies beside it, or gone. Safe to run twice, and after an
interruption: a document gets its manifest's version only when all of it is there.
"""

from __future__ import annotations

import enum
import uuid
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from documents.errors import DamagedCopy
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Team, Tombstone
from documents.replication import conflicts
from documents.replication.manifest import list_figures
from documents.replication.reading_files import decode_text_file, list_text_files
from documents.replication.restore_rows import (
    complete_document,
    create_page,
    record_mirrored,
    reset_document,
)
from documents.replication.sources import Source
from documents.replication.sync_lease import hold_sync_lease

log = structlog.get_logger(__name__)


class Outcome(enum.Enum):
    """What became of a manifest; the value is for a person."""

    RESTORED = "restored"
    UPDATED = "brought up to date"
    KNOWN = "known already, in this version or a newer one"
    PURGED = "purged, and stays so"
    DUPLICATE = "left out: the team has the same file as another document"


def restore_document(manifest: dict[str, Any], source: Source) -> Outcome:
    """Bring the document to the state of `manifest`, unless the archive has a newer one.

    What the bucket has and this database has not seen was written by another container and wins,
    however many changes were made here meanwhile: those were never reported as mirrored. Every
    text is read and checked before anything changes.

    Raises DamagedCopy where a text is missing or not what the manifest says, BucketError, OSError,
    StorageFull.
    """
    try:
        document_id = uuid.UUID(manifest["document"]["id"])
        return _restore_if_newer(document_id, manifest, source)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedCopy(
            Message(
                "A manifest makes no sense: {problem}.", problem=f"{type(error).__name__}: {error}"
            )
        ) from error


def _restore_if_newer(document_id: uuid.UUID, manifest: dict[str, Any], source: Source) -> Outcome:
    if Tombstone.objects.filter(document_id=document_id).exists():
        return Outcome.PURGED
    known = Document.objects.filter(id=document_id).first()
    if known is None:
        return _restore(document_id, manifest, source, known)
    version = manifest["version"]
    if conflicts.is_known(known, version, source):
        return Outcome.KNOWN
    # With the lease: a version that is being uploaded at this moment would seem not seen yet.
    with hold_sync_lease(document_id) as lease:
        known = Document.objects.filter(id=document_id).first()
        if lease is None or known is None or conflicts.is_known(known, version, source):
            return Outcome.KNOWN
        if source.is_mirror and conflicts.is_identical(known, manifest):
            # The database was copied a moment before it recorded that the bucket has this version.
            with transaction.atomic():
                record_mirrored(known, manifest)
            return Outcome.KNOWN
        return _restore(document_id, manifest, source, known)


def _restore(
    document_id: uuid.UUID, manifest: dict[str, Any], source: Source, known: Document | None
) -> Outcome:
    team = _get_or_create_team(manifest["team"])
    same = Document.objects.filter(team=team, sha256=manifest["document"]["sha256"])
    if same.exclude(id=document_id).exists():
        return Outcome.DUPLICATE
    list_figures(manifest)  # raises DamagedCopy
    _copy_text_files(manifest, source)
    lost_changes: list[str] = []
    if known is not None and source.is_mirror:
        lost_changes = conflicts.list_unmirrored_changes(known)
    try:
        reset_document(document_id, team, manifest)
    except IntegrityError:
        return Outcome.DUPLICATE
    if source.is_mirror:
        # The one on this disk may have a higher version, which gives way.
        archive().path(manifest_key(document_id)).unlink(missing_ok=True)
    for page in manifest["pages"]:
        create_page(document_id, page, _read_layouts(page))
    complete_document(
        document_id, manifest, is_mirrored=source.is_mirror, lost_changes=lost_changes
    )
    if lost_changes:
        log.warning("changes_gave_way", document=str(document_id), version=manifest["version"],
                    changes=lost_changes)  # fmt: skip
    return Outcome.RESTORED if known is None else Outcome.UPDATED


def _get_or_create_team(named: dict[str, str]) -> Team:
    team_id, name = uuid.UUID(named["id"]), named["name"]
    team = Team.objects.filter(id=team_id).first()
    if team is not None:
        return team
    if Team.objects.filter(name=name).exists():
        name = f"{name} ({str(team_id)[:8]})"
    return Team.objects.create(id=team_id, name=name)


def _copy_text_files(manifest: dict[str, Any], source: Source) -> None:
    """Copy every text onto this disk, where it belongs anyway; its name contains its digest."""
    for text in list_text_files(manifest):
        if not archive().exists(text.key):
            content = source.read(text.key)
            decode_text_file(content, text.digest, text.key)
            archive().write(text.key, content)


def _read_layouts(page: dict[str, Any]) -> dict[str, Any]:
    """The layouts of a manifest's page by their keys. Called outside of a transaction."""
    return {
        text.key: decode_text_file(archive().path(text.key).read_bytes(), text.digest, text.key)
        for text in list_text_files({"pages": [page]})
    }
