"""Upload a document to the bucket: the files that it lacks, and the manifest last.

So every file that a manifest in the bucket names is there. The database (`MirroredFile`) knows
which files the bucket has; the bucket is not asked file by file.
"""

from __future__ import annotations

import mimetypes
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, connection

from documents.bucket import circuit_breaker
from documents.bucket.configured import PROBE, configured_bucket
from documents.bucket.errors import NotMirroredYet
from documents.bucket.store import Bucket
from documents.errors import LeaseLost, OriginalMissing
from documents.exports.result_files import ensure_result
from documents.files.figures import figure_key
from documents.files.keys import page_images_prefix
from documents.files.storage import archive
from documents.messages import Message, PluralMessage
from documents.models import Document, MirroredFile
from documents.replication.bucket_manifest import put_manifest, refuse_newer
from documents.replication.manifest import list_figures
from documents.replication.reading_files import list_text_files
from documents.replication.sync_lease import SyncLease

log = structlog.get_logger(__name__)

#: Seconds between two renewals of the lease.
_RENEW_EVERY = 15.0


@dataclass(frozen=True)
class _LocalFile:
    """A file that belongs in the bucket. `digest`: its SHA-256; "" for a derived file."""

    key: str
    digest: str = ""
    is_figure: bool = False


def mirror_document(lease: SyncLease, manifest: dict[str, Any]) -> None:
    """Upload the files that the bucket lacks of the document in the version of `manifest`.

    Raises BucketError (NewerCopy where another container's is newer, NotMirroredYet where a figure
    is on another machine), OriginalMissing where another file is on neither side, LeaseLost.
    """
    target, probe = configured_bucket(), configured_bucket(PROBE)
    if target is None or probe is None:
        return
    document_id, version = lease.document_id, manifest["version"]
    known = dict(MirroredFile.objects.filter(document=document_id).values_list("key", "digest"))
    refuse_newer(probe, document_id, version)
    renewed = time.monotonic()
    _ensure_results(document_id, manifest, known)
    missing_figures = 0
    for file in _list_files(document_id, manifest):
        if known.get(file.key) == file.digest:
            continue
        if file.is_figure and not archive().fetch_if_missing(file.key):
            missing_figures += 1
            log.error("figure_missing", key=file.key)
            continue
        _put(target, document_id, file)
        if time.monotonic() - renewed > _RENEW_EVERY:
            renewed = time.monotonic()
            _renew(lease)
    if missing_figures and may_share_database():
        # Each machine uploads its own; the last one writes the manifest. A single machine has lost
        # such a file, and the rest of the document must not be lost with it.
        raise NotMirroredYet(
            PluralMessage(
                "{count} figure is on another machine and not in the bucket yet.",
                "{count} figures are on another machine and not in the bucket yet.",
                count=missing_figures,
            ),
            document=document_id,
        )
    # A process that lost its lease has uploaded files that another uploads too, and no manifest.
    _renew(lease)
    put_manifest(target, document_id, manifest)
    Document.objects.filter(id=document_id, mirrored_version__lt=version).update(
        mirrored_version=version
    )


def _ensure_results(
    document_id: uuid.UUID, manifest: dict[str, Any], known: dict[str, str]
) -> None:
    """Assemble the results to upload that only another machine has: the database has the texts."""
    document = Document.objects.get(id=document_id)
    for file in manifest["files"][1:]:
        if known.get(file["key"]) != file["sha256"]:
            ensure_result(document, file["key"].rpartition(".")[2])


def may_share_database() -> bool:
    """Whether several machines may use the database: a file may then be on another's disk only."""
    return connection.vendor != "sqlite"


def upload_file(document_id: uuid.UUID, key: str, digest: str = "") -> None:
    """Upload a page image (without `digest`) or a figure as soon as it is made, for other machines.

    Raises BucketError, LeaseLost where the document was purged meanwhile.
    """
    target = configured_bucket()
    if target is not None:
        _put(target, document_id, _LocalFile(key, digest))


def _list_files(document_id: uuid.UUID, manifest: dict[str, Any]) -> Iterator[_LocalFile]:
    for file in manifest["files"]:
        yield _LocalFile(file["key"], file["sha256"])
    for text in list_text_files(manifest):
        yield _LocalFile(text.key, text.digest)
    for figure in list_figures(manifest):
        yield _LocalFile(figure_key(document_id, figure.name), figure.sha256, is_figure=True)
    prefix = page_images_prefix(document_id)
    page_images = archive().path(prefix)
    if page_images.is_dir():
        for path in sorted(page_images.iterdir()):
            yield _LocalFile(prefix + path.name)


def _put(target: Bucket, document_id: uuid.UUID, file: _LocalFile) -> None:
    path = archive().path(file.key)
    if not archive().fetch_if_missing(file.key):
        raise OriginalMissing(
            Message("{key} is neither on this disk nor in the bucket.", key=file.key),
            document=document_id,
        )
    with circuit_breaker.shared.guard():
        target.put_file(
            file.key, path, content_type=_content_type(path), metadata={"sha256": file.digest}
        )
    try:
        MirroredFile.objects.update_or_create(
            document_id=document_id, key=file.key, defaults={"digest": file.digest}
        )
    except IntegrityError:
        # Purged during the upload.
        target.delete(file.key)
        raise LeaseLost(Message("The document was deleted."), document=document_id) from None


def _renew(lease: SyncLease) -> None:
    if not lease.renew():
        raise LeaseLost(
            Message("Another process copies this document."), document=lease.document_id
        )


def _content_type(path: Path) -> str:
    return mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"
