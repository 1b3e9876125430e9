"""Stop reading a document: what has been read stays, the rest is given up."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.request_results import request_first_results
from documents.errors import Cancelled, NotBeingRead
from documents.events import commit_change, commit_reading_end
from documents.messages import Message
from documents.models import Document, Page, PageStatus, User
from documents.models.stored_error import error_fields


def cancel(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Pages that wait or are being read fail; a worker that reads one records nothing. They can be
    read later (`reprocess`). Raises NotFound, NotAllowed, InTrash, NotBeingRead.
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.REPROCESS, document_id)
        document.refuse_if_trashed()
        if not document.is_unfinished:
            raise NotBeingRead(
                Message("The document is not being read: there is nothing to stop."),
                document=document_id,
            )
        error = Cancelled(Message("Reading was stopped by a person."), document=document_id)
        if document.page_count is None:
            document.task_lease.revoke(document)
            document.fail_whole(error)
            commit_reading_end(document)
            return document
        failed = Page.lease.revoke_all(
            document.pages.filter(status__in=(PageStatus.PENDING, PageStatus.RUNNING)),
            status=PageStatus.FAILED,
            lease_owner="",
            retry_at=None,
            **error_fields(error),
        )
        if failed:
            document.pages_failed += failed
            request_first_results(document)
            commit_change(document)
    return document
