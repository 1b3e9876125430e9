"""The manifest of a document in the bucket, where another container may write it too.

It is written only over the state that was read before (a conditional request), and never over a
version that this database has not seen.
"""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings

from documents.bucket import circuit_breaker
from documents.bucket.errors import NewerCopy, Purged
from documents.bucket.objects import ObjectFacts
from documents.bucket.store import Bucket
from documents.files.keys import manifest_key, tombstone_key
from documents.messages import Message
from documents.models import Document
from documents.models.identity import identity
from documents.replication.manifest import dump_manifest


def put_manifest(target: Bucket, document_id: uuid.UUID, manifest: dict[str, Any]) -> None:
    """Write the manifest over the one that is behind it. Raises as `refuse_newer`, BucketError."""
    version = manifest["version"]
    before = refuse_newer(target, document_id, version)
    try:
        with circuit_breaker.shared.guard():
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


def refuse_newer(target: Bucket, document_id: uuid.UUID, version: int) -> ObjectFacts | None:
    """The facts of the bucket's manifest, None where there is none.

    Raises NewerCopy where it is not behind `version`, Purged where another container has purged the
    document. Each container counts versions on its own, so a higher number proves nothing: only
    what this database has mirrored, or restored from the bucket, is behind it.
    """
    with circuit_breaker.shared.guard():
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
