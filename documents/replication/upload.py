"""A document's files into the bucket: what is not there yet, and its manifest last.

So whoever finds a manifest in the bucket finds everything that it names. What is there already is
known from the database (`MirroredFile`), not asked of the bucket file by file.
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
from documents.bucket.store import Bucket, ObjectFacts
from documents.errors import LeaseLost, NewerCopy, NotMirroredYet, OriginalMissing, Purged
from documents.exports.result_files import bring_here
from documents.files.figures import figure_key
from documents.files.keys import manifest_key, tombstone_key
from documents.files.storage import archive
from documents.models import Document, MirroredFile
from documents.models.identity import identity
from documents.replication import manifest as manifests
from documents.replication import reading_files

log = structlog.get_logger(__name__)

#: Seconds between two renewals of the lease.
_RENEW_AFTER = 15.0


class Lease(Protocol):
    @property
    def document_id(self) -> uuid.UUID: ...

    def renew(self) -> bool: ...


@dataclass(frozen=True)
class _Wanted:
    """A file that is to be in the bucket. `digest`: "" for a derived one."""

    key: str
    digest: str = ""
    is_figure: bool = False


def mirror(lease: Lease, manifest: dict[str, Any]) -> None:
    """Put into the bucket what it lacks of the document in the version of `manifest`.

    Raises BucketError (NewerCopy where another container's is newer, NotMirroredYet where a figure
    is on another machine), OriginalMissing where another file is on neither side, LeaseLost.
    """
    target, asked = configured_bucket(), configured_bucket(PROBE)
    if target is None or asked is None:
        return
    document_id, version = lease.document_id, manifest["version"]
    known = dict(MirroredFile.objects.filter(document=document_id).values_list("key", "digest"))
    _refuse_newer(asked, document_id, version)
    renewed = time.monotonic()
    _bring_results(document_id, manifest, known)
    elsewhere = 0
    for wanted in _wanted(document_id, manifest):
        if known.get(wanted.key) == wanted.digest:
            continue
        if wanted.is_figure and not archive().fetch_if_missing(wanted.key):
            elsewhere += 1
            log.error("figure_missing", key=wanted.key)
            continue
        _put(target, document_id, wanted)
        if time.monotonic() - renewed > _RENEW_AFTER:
            renewed = time.monotonic()
            _renew(lease)
    if elsewhere and machines_may_share_the_database():
        # Each machine sends its own; the last one writes the manifest. Where there is only this
        # machine such a file is lost, and all else of the document must not be lost with it.
        raise NotMirroredYet(
            f"{elsewhere} figures are on another machine, and not in the bucket yet.",
            document=document_id,
        )
    # Whoever lost the lease on the way has sent files that another sends too, and no manifest.
    _renew(lease)
    _put_manifest(target, document_id, manifest)
    Document.objects.filter(id=document_id, mirrored_version__lt=version).update(
        mirrored_version=version
    )


def _bring_results(document_id: uuid.UUID, manifest: dict[str, Any], known: dict[str, str]) -> None:
    """Results that another machine has made are made here too, if they are to be mirrored from
    here: they are all in the database."""
    document = Document.objects.get(id=document_id)
    for file in manifest["files"][1:]:
        if known.get(file["key"]) != file["sha256"]:
            bring_here(document, file["key"].rpartition(".")[2])


def machines_may_share_the_database() -> bool:
    """A file that the database knows may then be on another machine's disk, and only there."""
    return connection.vendor != "sqlite"


def push(document_id: uuid.UUID, key: str, digest: str = "") -> None:
    """Put a page image (without `digest`) or a figure into the bucket as soon as it is made, for
    the machines that show it.

    Raises BucketError, LeaseLost where the document was purged meanwhile.
    """
    target = configured_bucket()
    if target is not None:
        _put(target, document_id, _Wanted(key, digest))


def _wanted(document_id: uuid.UUID, manifest: dict[str, Any]) -> Iterator[_Wanted]:
    for file in manifest["files"]:
        yield _Wanted(file["key"], file["sha256"])
    for text in reading_files.named_in(manifest):
        yield _Wanted(text.key, text.digest)
    for figure in manifests.figures_in(manifest):
        yield _Wanted(figure_key(document_id, figure.name), figure.sha256, is_figure=True)
    pages = archive().path(f"documents/{document_id}/pages")
    if pages.is_dir():
        for path in sorted(pages.iterdir()):
            yield _Wanted(f"documents/{document_id}/pages/{path.name}")


def _put(target: Bucket, document_id: uuid.UUID, wanted: _Wanted) -> None:
    path = archive().path(wanted.key)
    if not archive().fetch_if_missing(wanted.key):
        raise OriginalMissing(
            f"{wanted.key} is neither on this disk nor in the bucket.", document=document_id
        )
    with circuit_breaker.shared.guarded():
        target.put_file(
            wanted.key, path, content_type=_type_of(path), metadata={"sha256": wanted.digest}
        )
    try:
        MirroredFile.objects.update_or_create(
            document_id=document_id, key=wanted.key, defaults={"digest": wanted.digest}
        )
    except IntegrityError:
        # Purged while it was sent.
        target.delete(wanted.key)
        raise LeaseLost("The document is gone.", document=document_id) from None


def _renew(lease: Lease) -> None:
    if not lease.renew():
        raise LeaseLost("Another process keeps this document.", document=lease.document_id)


def _put_manifest(target: Bucket, document_id: uuid.UUID, manifest: dict[str, Any]) -> None:
    version = manifest["version"]
    before = _refuse_newer(target, document_id, version)
    try:
        with circuit_breaker.shared.guarded():
            target.put_bytes(
                manifest_key(document_id),
                manifests.written(manifest),
                content_type="application/json",
                metadata={"version": str(version), "writer": writer()},
                if_unchanged=before,
            )
    except NewerCopy:
        # Or it was this very request, asked twice because its first answer was lost on the way.
        found = target.head(manifest_key(document_id))
        if found is None or (_version(found), _is_ours(found)) != (version, True):
            raise


def _refuse_newer(target: Bucket, document_id: uuid.UUID, version: int) -> ObjectFacts | None:
    """What the bucket has: None for no manifest. Raises NewerCopy where it is a version that is
    not behind this one, Purged where the document was purged by another container.

    Versions are counted by each container on its own: how high another's is says nothing of what
    is in it. Only what this database has mirrored, or taken from the bucket, is behind it.
    """
    with circuit_breaker.shared.guarded():
        found = target.head(manifest_key(document_id))
        known = Document.objects.filter(id=document_id, mirrored_version__gt=0)
        base = known.values_list("mirrored_version", flat=True).first()
        if found is None:
            if base and target.head(tombstone_key(document_id)) is not None:
                raise Purged(
                    "Another container of this archive has purged the document.",
                    document=document_id,
                )
            return None
    there = _version(found)
    # Without a base (another bucket, say) the version is all that can be gone by.
    unseen = there > base if base else there >= version
    if there > version or (unseen and not _is_ours(found)):
        raise NewerCopy(
            f"The bucket has version {there} of this document, this archive {version}: another "
            "container of the same archive changed it. The bucket's is taken in.",
            document=document_id,
        )
    return found


def _version(manifest: ObjectFacts) -> int:
    return int(manifest.metadata.get("version", "0"))


def _is_ours(manifest: ObjectFacts) -> bool:
    return manifest.metadata.get("writer") == writer()


def writer() -> str:
    """Who writes manifests here: the database, of which each data directory has its own."""
    path: Path | None = settings.OCRSITE_WRITER_FILE
    with contextlib.suppress(FileNotFoundError):
        if path is not None:
            return path.read_text(encoding="ascii").strip()
    return str(identity().archive)


def _type_of(path: Path) -> str:
    return mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"
