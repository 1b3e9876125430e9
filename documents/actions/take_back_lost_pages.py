"""Return to the queue the pages whose OCR worker died."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from documents.actions.fail_page import fail_for_good
from documents.actions.quarantine import quarantine_if_used_up
from documents.errors import NotFound
from documents.messages import Message
from documents.models import Document, Page
from documents.models.claim import ClaimOwner
from documents.signals import announce, pages_waiting


def take_back_lost_pages(
    *, of: ClaimOwner | None = None, sole_start: uuid.UUID | None = None
) -> int:
    """Return lost pages to the queue, or fail them after too many attempts.

    Lost are the pages whose lease expired; `of` given, those that an earlier process in that place
    held; `sole_start` given (no other supervisor can be alive), those of every other start.
    Returns their number.
    """
    lost = Q(lease_expires_at__lt=timezone.now())
    if of is not None:
        lost |= Q(lease_owner=of.owner)
    if sole_start is not None:
        lost |= ~Q(start_id=sole_start)
    documents = Page.objects.running().filter(lost).values_list("document_id", flat=True)
    return sum(_take_back(document_id, lost) for document_id in set(documents))


def _take_back(document_id: uuid.UUID, lost: Q) -> int:
    with transaction.atomic():
        try:
            document = Document.objects.lock(document_id)
        except NotFound:
            return 0
        pages = list(document.pages.running().select_for_update().filter(lost))
        for page in pages:
            error = quarantine_if_used_up(page, Message("The worker stopped or was killed."))
            if error is None:
                page.set_waiting()
                page.save_changed_fields()
            else:
                fail_for_good(document, page, error)
        if pages:
            announce(pages_waiting)
    return len(pages)
