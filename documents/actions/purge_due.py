"""Delete for good what is due: by a person's order, or by the rule of its team."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from documents.actions.purge import Check, purge_if
from documents.models import Document, Team

log = structlog.get_logger(__name__)

#: Documents deleted by one call at most, of each kind; the next call goes on.
BATCH = 500


def is_purge_due() -> bool:
    now = timezone.now()
    return any(
        documents.filter(held_at=None).exists()
        for documents, _ in ((_ordered(now), None), *_by_rules(now))
    )


def purge_due(should_stop: Callable[[], bool] = lambda: False) -> int:
    """For background workers; safe to run twice and in several processes. Returns how many
    documents were deleted."""
    now = timezone.now()
    deleted = _purge_each(
        _ordered(now).order_by("purge_at"),
        lambda document: document.purge_at is not None and document.purge_at <= now,
        should_stop,
    )
    for documents, check in _by_rules(now):
        deleted += _purge_each(documents.order_by("trashed_at"), check, should_stop)
    if deleted:
        log.info("documents_purged", documents=deleted)
    return deleted


def _ordered(now: datetime.datetime) -> QuerySet[Document]:
    return Document.objects.trashed().filter(purge_at__lte=now)


def _by_rules(now: datetime.datetime) -> Iterator[tuple[QuerySet[Document], Check]]:
    for team in Team.objects.filter(trash_days__isnull=False, trash_rule_from__lte=now):
        assert team.trash_days is not None
        limit = now - datetime.timedelta(days=team.trash_days)
        documents = Document.objects.trashed().filter(team=team, trashed_at__lte=limit)
        yield documents, _is_older(limit, team.id)


def _is_older(limit: datetime.datetime, team_id: uuid.UUID) -> Check:
    def check(document: Document) -> bool:
        """Put there long enough ago; taken out and put back since, it begins again."""
        assert document.trashed_at is not None
        return document.trashed_at <= limit and document.team_id == team_id

    return check


def _purge_each(
    documents: QuerySet[Document], check: Check, should_stop: Callable[[], bool]
) -> int:
    deleted = 0
    waiting = documents.filter(held_at=None).values_list("id", flat=True)
    for document_id in list(waiting[:BATCH]):
        if should_stop():
            break
        try:
            deleted += purge_if(document_id, check)
        except OSError as error:
            # Its rows are gone; `archive verify` names what is left of its files.
            log.warning("files_not_deleted", document=str(document_id), reason=str(error))
    return deleted
