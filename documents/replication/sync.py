"""Sync a document: bring its manifest and the files that it names to what the database says, on
this disk and, where there is a bucket, there too.

Every change is synced after its commit, in the request (`after_commit`) or later by a worker
(`sync_worker`). One process at a time syncs a document (a lease), and a manifest never replaces one
of a higher version.
"""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet

from documents.errors import DamagedCopy
from documents.files.keys import manifest_key, original_key
from documents.files.storage import archive
from documents.models import Document, MirroredFile
from documents.models.identity import identity
from documents.models.recognition import UNFINISHED
from documents.replication.manifest import build_manifest, dump_manifest, parse_manifest
from documents.replication.reading_files import list_text_files
from documents.replication.sync_lease import SyncLease, hold_sync_lease
from documents.replication.upload import mirror_document

log = structlog.get_logger(__name__)

#: How often a manifest is built again because the document changed meanwhile.
_MAX_BUILDS = 3


def documents_to_sync(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Those of `documents` whose copies are behind.

    A document that is being read changes with every page: it is synced when that has ended, unless
    it never was.
    """
    # With a bucket only the bucket counts: a disk that lost its copy fetches what it needs.
    name = "manifest_version" if settings.OCRSITE_BUCKET is None else "mirrored_version"
    is_behind, was_never_synced = Q(**{f"{name}__lt": F("version")}), Q(**{name: 0})
    is_being_read = Q(status__in=UNFINISHED, trashed_at=None)
    return documents.filter(is_behind).filter(~is_being_read | was_never_synced)


def storage_state(document: Document) -> str:
    """Where the document is, as the HTTP contract names it: local, mirrored, mirror_pending."""
    if settings.OCRSITE_BUCKET is None:
        return "local"
    return "mirrored" if document.mirrored_version >= document.version else "mirror_pending"


def sync_document(document_id: uuid.UUID) -> bool:
    """Bring the document's copies to what the database says; return whether they are now.

    False where another process is syncing it, another machine alone has its original, or it
    changed all the time. Raises StorageFull, LeaseLost, BucketError (NewerCopy, Purged: another
    container has changed it).
    """
    if not has_original(document_id):
        return False
    with hold_sync_lease(document_id) as lease:
        return lease is not None and _sync(lease)


def has_original(document_id: uuid.UUID) -> bool:
    """Whether this machine can sync the document: its original is here, or in the bucket already.

    Where several machines share an archive, an original is at first only on the one that received
    the upload.
    """
    filename = Document.objects.values_list("filename", flat=True).filter(id=document_id).first()
    if settings.OCRSITE_BUCKET is None or filename is None:
        return True
    key = original_key(document_id, filename)
    mirrored = MirroredFile.objects.filter(document=document_id, key=key)
    return archive().exists(key) or mirrored.exists()


def forget_local_copies() -> int:
    """Mark every document as not copied to this disk: the database came from another machine."""
    return Document.objects.update(manifest_version=0, sync_lease_expires_at=None)


def _sync(lease: SyncLease) -> bool:
    for _ in range(_MAX_BUILDS):
        manifest = _build_consistent_manifest(lease.document_id)
        if manifest is None:
            continue
        _write_copy(lease.document_id, manifest)
        if settings.OCRSITE_BUCKET is not None:
            mirror_document(lease, manifest)
        current = Document.objects.filter(id=lease.document_id, version=manifest["version"])
        if current.exists():
            return True
    return False


def _build_consistent_manifest(document_id: uuid.UUID) -> dict[str, Any] | None:
    """The manifest of one state of the document; None where it changed meanwhile.

    Every change raises the version in its own transaction: with the same version before and after,
    all queries have seen one state.
    """
    document = Document.objects.select_related(
        "team", "created_by", "reviewed_by", "assigned_to", "held_by"
    ).get(id=document_id)
    manifest = build_manifest(document, identity().archive)
    unchanged = Document.objects.filter(id=document_id, version=document.version)
    return manifest if unchanged.exists() else None


def _write_copy(document_id: uuid.UUID, manifest: dict[str, Any]) -> None:
    """Write the texts and then the manifest to this disk. Raises StorageFull."""
    version = manifest["version"]
    for text in list_text_files(manifest):
        if not archive().exists(text.key):
            archive().write(text.key, text.build_content(document_id))
    key = manifest_key(document_id)
    if _read_version(key) < version:
        archive().write(key, dump_manifest(manifest))
    Document.objects.filter(id=document_id, manifest_version__lt=version).update(
        manifest_version=version
    )


def _read_version(key: str) -> int:
    """The version of the manifest on this disk; 0 where it is missing or unreadable."""
    path = archive().path(key)
    try:
        return int(parse_manifest(path.read_bytes(), key)["version"])
    except FileNotFoundError:
        return 0
    except DamagedCopy as error:
        log.warning("manifest_rewritten", code=error.code, reason=error.detail)
        return 0
