"""Give a claimed page back to the queue."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.models import Page, PageStatus
from documents.models.claim import PageClaim
from documents.signals import announce, pages_waiting


def release_page(claim: PageClaim) -> bool:
    """Give the page back unread (a stop on request): the attempt does not count.

    Returns False where the claim was lost already.
    """
    released = Page.lease.release(
        claim.page,
        claim.token,
        status=PageStatus.PENDING,
        lease_owner="",
        attempts=F("attempts") - 1,
        start_attempts=F("start_attempts") - 1,
    )
    if released:
        announce(pages_waiting)
    return released


def postpone_page(claim: PageClaim, delay: datetime.timedelta) -> None:
    """Leave the page for later, its attempt not counted: the cause lies outside of it.

    Raises LeaseLost.
    """
    with transaction.atomic():
        _, page = claim.lock()
        page.retry_at = timezone.now() + delay
        page.attempts -= 1
        page.start_attempts -= 1
        page.set_waiting()
        page.save_changed_fields()
