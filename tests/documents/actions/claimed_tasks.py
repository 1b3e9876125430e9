"""Documents that a background process has something to do with, and its claim."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from documents.actions.claim_task import claim_task
from documents.models import Document, Status
from documents.models.claim import TaskClaim
from tests.factories import make_document


def queued_document(**fields: Any) -> Document:
    return make_document(status=Status.QUEUED, **fields)


def claim() -> TaskClaim:
    found = claim_task()
    assert found is not None
    return found


def end_lease(document: Document) -> None:
    past = timezone.now() - datetime.timedelta(seconds=1)
    Document.objects.filter(id=document.id).update(task_lease_expires_at=past)
