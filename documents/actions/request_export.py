"""Have a file made from a document: by a background worker, for it may take long."""

from __future__ import annotations

import datetime
import math
import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.make_export import MAX_ATTEMPTS
from documents.errors import ExportFailed, error_class
from documents.exports.downloads import Download, refuse_without_results
from documents.exports.export_files import get_export, is_current, key_of
from documents.exports.options import ExportOptions
from documents.files.storage import archive
from documents.models import Document, Export, User
from documents.models.export import ExportStatus
from documents.signals import announce, tasks_waiting

#: A document has at most so many parts made of it at a time; the ones longest unused go.
MAX_EXPORTS = 24

#: An export that failed is tried again for whoever asks after this time: one that would fail again
#: (the document forbids it), and one that may succeed.
_RETRY_AFTER = datetime.timedelta(minutes=10)
_RETRY_SOON = datetime.timedelta(seconds=10)

#: What a process has made, another machine may not have yet: it waits for the bucket so long.
_ARRIVES_WITHIN = datetime.timedelta(seconds=20)


def request_export(
    document_id: uuid.UUID, kind: str, options: ExportOptions, *, actor: User | None
) -> Download | None:
    """The file, or None where it is being made: ask again.

    Raises NotFound; NotYet, NothingRead where there is no text to make it from; the error with
    which it could not be made.
    """
    document = access.require(actor, Ability.SEE, document_id)
    refuse_without_results(document)
    export = document.exports.filter(kind=kind, variant=options.variant).first()
    if export is not None and is_current(document, export):
        if export.status == ExportStatus.WAITING:
            return None
        lately = timezone.now() - export.changed_at
        if export.status == ExportStatus.FAILED:
            _raise_recent(export, lately)
        if export.status == ExportStatus.READY:
            download = get_export(document, export)
            if download is not None or lately < _ARRIVES_WITHIN:
                return download
    _set_waiting(document, kind, options)
    return None


def _set_waiting(document: Document, kind: str, options: ExportOptions) -> None:
    with transaction.atomic():
        Export.objects.update_or_create(
            document=document,
            kind=kind,
            variant=options.variant,
            defaults={
                "status": ExportStatus.WAITING,
                "content_version": document.content_version,
                "attempts": 0,
                "changed_at": timezone.now(),
                "used_at": timezone.now(),
                "lease_expires_at": None,
            },
        )
        _forget_unused(document)
        announce(tasks_waiting)


def _forget_unused(document: Document) -> None:
    for export in document.exports.order_by("-used_at")[MAX_EXPORTS:]:
        key = key_of(export)
        export.delete()
        archive().delete(key)


def _raise_recent(export: Export, lately: datetime.timedelta) -> None:
    """Raise the error with which it could not be made, unless it is to be tried again now. The
    error says when it will be."""
    cls = error_class(export.error_code) or ExportFailed
    ends_processes = export.attempts >= MAX_ATTEMPTS
    may_help = (cls is ExportFailed or not cls.permanent) and not ends_processes
    rest = _RETRY_SOON if may_help else _RETRY_AFTER
    if lately >= rest:
        return
    error = cls(export.error_text, document=export.document_id)
    if cls is ExportFailed or not cls.permanent:
        error.retry_after = max(math.ceil((rest - lately).total_seconds()), 1)
    raise error
