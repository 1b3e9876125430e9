"""Keep a document's copy outside of the database: its manifest and the files it names, on this
disk and, where there is a bucket, there too.

Whoever changes a document has it kept once the change is committed (`documents.events`): within
`PATIENCE` seconds, or later by a background process. Never more than one process keeps a document
at a time (a lease), and a manifest never goes over one of a higher version.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
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
from documents.replication import manifest as manifests
from documents.replication import reading_files
from documents.replication.upload import mirror

log = structlog.get_logger(__name__)

#: How often a manifest is begun anew because the document changed while it was gathered.
_TRIES = 3


_lock = threading.Lock()
_held: set[SyncLease] = set()


@dataclass(frozen=True)
class SyncLease:
    """The right to keep one document."""

    document_id: uuid.UUID
    token: int

    def renew(self) -> bool:
        """False where the lease is lost."""
        return Document.sync_lease.renew(self._row, self.token)

    def release(self) -> None:
        Document.sync_lease.release(self._row, self.token)

    @property
    def _row(self) -> QuerySet[Document]:
        return Document.objects.filter(id=self.document_id)


def unkept(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Those whose copies are behind. One that is being read changes with every page: it is kept
    when that is over, unless nothing of it was kept yet."""
    # Where there is a bucket it is what counts: a disk that lost its copy fetches what it needs.
    name = "manifest_version" if settings.OCRSITE_BUCKET is None else "mirrored_version"
    behind, never = Q(**{f"{name}__lt": F("version")}), Q(**{name: 0})
    being_read = Q(status__in=UNFINISHED, trashed_at=None)
    return documents.filter(behind).filter(~being_read | never)


def storage_of(document: Document) -> str:
    """Where the document is, in the words of the HTTP contract: local, mirrored, mirror_pending."""
    if settings.OCRSITE_BUCKET is None:
        return "local"
    return "mirrored" if document.mirrored_version >= document.version else "mirror_pending"


def keep(document_id: uuid.UUID) -> bool:
    """Bring the document's copies to what the database says; whether they are now.

    False where somebody else is at it or alone has its original, or where it changed all the time.
    Raises StorageFull, BucketError (NewerCopy, Purged: another container knows better), LeaseLost.
    """
    if not has_its_original(document_id):
        return False
    with alone_with(document_id) as keeper:
        return keeper is not None and _keep(keeper)


@contextlib.contextmanager
def alone_with(document_id: uuid.UUID) -> Iterator[SyncLease | None]:
    """Nobody else keeps the document meanwhile; None where somebody does."""
    keeper = _take(document_id)
    if keeper is None:
        yield None
        return
    with _lock:
        _held.add(keeper)
    try:
        yield keeper
    finally:
        keeper.release()
        with _lock:
            _held.discard(keeper)


def keeps_something() -> bool:
    """Whether this process is keeping a document now."""
    return bool(_held)


def release_all() -> None:
    """Give back what this process keeps, as it ends: others need not wait for the leases."""
    with _lock:
        held = list(_held)
    for keeper in held:
        keeper.release()


def has_its_original(document_id: uuid.UUID) -> bool:
    """Whether this machine can keep the document: its original is here, or in the bucket already.

    Where several machines share an archive an upload is first on the one that took it in.
    """
    filename = Document.objects.values_list("filename", flat=True).filter(id=document_id).first()
    if settings.OCRSITE_BUCKET is None or filename is None:
        return True
    key = original_key(document_id, filename)
    there = MirroredFile.objects.filter(document=document_id, key=key)
    return archive().exists(key) or there.exists()


def forget_copies_here() -> int:
    """The database came to another disk: what it says of copies on its own is true no more."""
    return Document.objects.update(manifest_version=0, sync_lease_expires_at=None)


def end_all_leases() -> int:
    """For the only process there can be, as it starts: whoever kept a document is gone."""
    return Document.sync_lease.end_all(Document.objects.all())


def _take(document_id: uuid.UUID) -> SyncLease | None:
    token = Document.sync_lease.take(Document.objects.filter(id=document_id))
    return None if token is None else SyncLease(document_id, token)


def _keep(keeper: SyncLease) -> bool:
    for _ in range(_TRIES):
        manifest = _gathered(keeper.document_id)
        if manifest is None:
            continue
        _keep_here(keeper, manifest)
        if settings.OCRSITE_BUCKET is not None:
            mirror(keeper, manifest)
        versions = Document.objects.filter(id=keeper.document_id)
        if versions.filter(version=manifest["version"]).exists():
            return True
    return False


def _gathered(document_id: uuid.UUID) -> dict[str, Any] | None:
    """The manifest; None where the document changed while it was gathered.

    Every change raises the version in its own transaction: the same version before and after is
    one state.
    """
    document = Document.objects.select_related("team", "created_by", "reviewed_by").get(
        id=document_id
    )
    manifest = manifests.build(document, identity().archive)
    still = Document.objects.filter(id=document_id, version=document.version).exists()
    return manifest if still else None


def _keep_here(keeper: SyncLease, manifest: dict[str, Any]) -> None:
    """Manifest and texts onto this disk, the manifest last. Raises StorageFull."""
    document_id, version = keeper.document_id, manifest["version"]
    for text in reading_files.named_in(manifest):
        if not archive().exists(text.key):
            archive().write(text.key, text.content(document_id))
    key = manifest_key(document_id)
    if _version_here(key) < version:
        archive().write(key, manifests.written(manifest))
    Document.objects.filter(id=document_id, manifest_version__lt=version).update(
        manifest_version=version
    )


def _version_here(key: str) -> int:
    """The version of the manifest on this disk; 0 where there is none, or none that can be read."""
    path = archive().path(key)
    try:
        return int(manifests.parsed(path.read_bytes(), key)["version"])
    except FileNotFoundError:
        return 0
    except DamagedCopy as error:
        log.warning("manifest_written_anew", reason=error.detail)
        return 0
