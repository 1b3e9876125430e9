"""Claim an export that somebody waits for, and record what came of it."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.errors import ArchiveError, ExportFailed, LeaseLost
from documents.exports.export_files import key_of
from documents.exports.options import ExportOptions
from documents.files.hashing import file_sha256
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Export
from documents.models.export import ExportStatus
from documents.models.lease import lock_first
from documents.models.stored_error import error_fields
from documents.signals import announce, export_made

#: An export whose process was lost so often is given up.
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class ExportClaim:
    """The right to make one export; `content_version` is the text that it will show at least."""

    export_id: int
    document_id: uuid.UUID
    kind: str
    options: ExportOptions
    token: int
    content_version: int

    def renew(self) -> bool:
        """Extend the lease. Returns False where it is lost."""
        return Export.lease.renew(Export.objects.filter(pk=self.export_id), self.token)

    def require(self) -> None:
        """Extend the lease. Raises LeaseLost."""
        if not self.renew():
            raise LeaseLost(Message("Another process makes this file."), document=self.document_id)


def claim_export() -> ExportClaim | None:
    """Lease the export that has waited longest; None where none waits. The attempt counts now."""
    while True:
        with transaction.atomic():
            export = lock_first(Export.objects.to_make().order_by("changed_at"))
            if export is None:
                return None
            if export.attempts >= MAX_ATTEMPTS:
                export.status, export.changed_at = ExportStatus.FAILED, timezone.now()
                export.set_error(
                    ExportFailed(
                        Message(
                            "The file could not be made: the process that tried was lost "
                            "{attempts} times.",
                            attempts=MAX_ATTEMPTS,
                        )
                    )
                )
                export.save()
                continue
            version = Document.objects.values_list("content_version", flat=True).get(
                id=export.document_id
            )
            export.lease.grant(export)
            export.attempts += 1
            export.content_version = version
            export.save()
        return ExportClaim(
            export.pk,
            export.document_id,
            export.kind,
            ExportOptions.from_variant(export.variant),
            export.lease_token,
            version,
        )


def publish_export(claim: ExportClaim, draft: Path) -> None:
    """Move the finished file to its place. Raises LeaseLost, StorageFull.

    Where the text changed while it was made, whoever asks next has it made again.
    """
    facts = {"size": draft.stat().st_size, "sha256": file_sha256(draft)}
    with transaction.atomic():
        export = Export.objects.select_for_update().filter(pk=claim.export_id).first()
        if export is None or export.lease_token != claim.token:
            raise LeaseLost(Message("Another process makes this file."), document=claim.document_id)
        key = key_of(export)
        archive().put(key, draft)
        Export.objects.filter(pk=claim.export_id).update(
            **facts,
            **error_fields(None),
            status=ExportStatus.READY,
            content_version=claim.content_version,
            changed_at=timezone.now(),
            lease_expires_at=None,
        )
        announce(export_made, document_id=claim.document_id, key=key)


def fail_export(claim: ExportClaim, error: ArchiveError) -> None:
    """Record why it can't be made, for whoever asks."""
    Export.lease.release(
        Export.objects.filter(pk=claim.export_id),
        claim.token,
        status=ExportStatus.FAILED,
        changed_at=timezone.now(),
        **error_fields(error),
    )


def postpone_export(claim: ExportClaim, delay: datetime.timedelta, *, counted: bool) -> None:
    """Leave it for later. Not `counted`: the cause lies outside of the document."""
    Export.lease.release(
        Export.objects.filter(pk=claim.export_id),
        claim.token,
        free_at=timezone.now() + delay,
        attempts=F("attempts") if counted else F("attempts") - 1,
    )


def release_all_exports() -> int:
    """End every lease: for the only background worker there can be, as it starts. The attempts of
    its predecessor stay counted. Returns their number."""
    return Export.lease.end_all(Export.objects.filter(status=ExportStatus.WAITING))


def forget_unused_exports(older_than: datetime.timedelta) -> int:
    """Remove the files that nobody has asked for lately. Returns their number."""
    unused = Export.objects.filter(used_at__lt=timezone.now() - older_than)[:500]
    for export in unused:
        key = key_of(export)
        export.delete()
        archive().delete(key)
    return len(unused)
