"""Delete the entries of the audit that are older than their team keeps them."""

from __future__ import annotations

import datetime

import structlog
from django.db.models import Q
from django.utils import timezone

from documents.models import AuditEntry, Team
from documents.models.team import DEFAULT_AUDIT_DAYS

log = structlog.get_logger(__name__)

#: Entries deleted in one statement, so that others may write in between.
_BATCH = 5000


def trim_audit() -> int:
    """For background workers. Returns how many entries were deleted."""
    deleted = _delete(Q(team=None), DEFAULT_AUDIT_DAYS)
    for team in Team.objects.only("id", "audit_days"):
        deleted += _delete(Q(team=team), team.audit_days)
    if deleted:
        log.info("audit_trimmed", entries=deleted)
    return deleted


def _delete(of: Q, days: int) -> int:
    limit = timezone.now() - datetime.timedelta(days=days)
    deleted = 0
    while True:
        oldest = AuditEntry.objects.filter(of, at__lt=limit).order_by("at")
        ids = list(oldest.values_list("id", flat=True)[:_BATCH])
        if not ids:
            return deleted
        deleted += AuditEntry.objects.filter(id__in=ids).delete()[0]
