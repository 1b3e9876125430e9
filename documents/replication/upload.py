"""Upload a document to the bucket: the files that it lacks, and the manifest last.

So every file that a manifest in the bucket names is there. The database (`MirroredFile`) knows
which files the bucket has; the bucket is not asked file by file.
"""

from __future__ import annotations

import contextlib
import mimetypes
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import IntegrityError, connection

from documents.bucket import circuit_breaker
from documents.bucket.configured import PROBE, configured_bucket
from documents.bucket.errors import NewerCopy, NotMirroredYet, Purged
from documents.bucket.store import Bucket, ObjectFacts
from documents.errors import LeaseLost, OriginalMissing
from documents.exports.result_files import ensure_result
from documents.files.figures import figure_key
from documents.files.keys import manifest_key, page_images_prefix, tombstone_key
from documents.files.storage import archive
from documents.messages import Message, PluralMessage
from documents.models import Document, MirroredFile
from documents.models.identity import identity
from documents.replication.manifest import dump_manifest, list_figures
from documents.replication.reading_files import list_text_files

log = structlog.get_logger(__name__)

#: Seconds between two renewals of the lease.
_RENEW_EVERY = 15.0


class Lease(Protocol):
    @property
    def document_id(self) -> uuid.UUID: ...

    def renew(self) -> bool: ...


@dataclass(frozen=True)
class _LocalFile:
    """A file that belongs in the bucket. `digest`: its SHA-256; "" for a derived file."""

    key: str
    digest: str = ""
    is_figure: bool = False


def mirror_document(lease: Lease, manifest: dict[str, Any]) -> None:
    """Upload the files that the bucket lacks of the document in the version of `manifest`.

    Raises BucketError (NewerCopy where another container's is newer, NotMirroredYet where a figure
    is on another machine), OriginalMissing where another file is on neither side, LeaseLost.
    """
    target, probe = configured_bucket(), configured_bucket(PROBE)
    if target is None or probe is None:
        return
    document_id, version = lease.document_id, manifest["version"]
    known = dict(MirroredFile.objects.filter(document=document_id).values_list("key", "digest"))
    _refuse_newer(probe, document_id, version)
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
    _put_manifest(target, document_id, manifest)
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
    with circuit_breaker.shared.guarded():
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


def _renew(lease: Lease) -> None:
    if not lease.renew():
        raise LeaseLost(
            Message("Another process copies this document."), document=lease.document_id
        )


def _put_manifest(target: Bucket, document_id: uuid.UUID, manifest: dict[str, Any]) -> None:
    version = manifest["version"]
    before = _refuse_newer(target, document_id, version)
    try:
        with circuit_breaker.shared.guarded():
            target.put_bytes(
                manifest_key(document_id),
                dump_manifest(manifest),
                content_type="application/json",
                metadata={"version": str(version), "writer": read_writer_id()},
                if_unchanged=before,
            )
    except NewerCopy:
        # It may be this very manifest: the request was repeated because its answer was lost.
        found = target.head(manifest_key(document_id))
        if found is None or (_version(found), _is_ours(found)) != (version, True):
            raise


def _refuse_newer(target: Bucket, document_id: uuid.UUID, version: int) -> ObjectFacts | None:
    """The facts of the bucket's manifest, None where there is none.

    Raises NewerCopy where it is not behind `version`, Purged where another container has purged the
    document. Each container counts versions on its own, so a higher number proves nothing: only
    what this database has mirrored, or restored from the bucket, is behind it.
    """
    with circuit_breaker.shared.guarded():
        found = target.head(manifest_key(document_id))
        known = Document.objects.filter(id=document_id, mirrored_version__gt=0)
        base = known.values_list("mirrored_version", flat=True).first()
        if found is None:
            if base and target.head(tombstone_key(document_id)) is not None:
                raise Purged(
                    Message("Another container of this archive has deleted the document for good."),
                    document=document_id,
                )
            return None
    there = _version(found)
    # Without a base (after a change of the bucket, say) only the version can decide.
    unseen = there > base if base else there >= version
    if there > version or (unseen and not _is_ours(found)):
        raise NewerCopy(
            Message(
                "The bucket has version {theirs} of this document, this machine {ours}: another "
                "container of the same archive changed it. The bucket’s version replaces this one.",
                theirs=there,
                ours=version,
            ),
            document=document_id,
        )
    return found


def _version(manifest: ObjectFacts) -> int:
    return int(manifest.metadata.get("version", "0"))


def _is_ours(manifest: ObjectFacts) -> bool:
    return manifest.metadata.get("writer") == read_writer_id()


def read_writer_id() -> str:
    """The name under which this container writes manifests: each data directory has its own."""
    path: Path | None = settings.OCRSITE_WRITER_FILE
    with contextlib.suppress(FileNotFoundError):
        if path is not None:
            return path.read_text(encoding="ascii").strip()
    return str(identity().archive)


def _content_type(path: Path) -> str:
    return mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"
