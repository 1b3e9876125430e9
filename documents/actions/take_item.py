"""Decide what becomes of one thing that a source brought: the same for folder, mailbox and bucket.

It is taken in, refused (the same file would be refused again), waits (the archive or the source
can't do it now: nobody's fault), or has failed: after several tries, nobody knows why.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.actions.upload import Uploaded
from documents.errors import (
    ArchiveError,
    IntakeFailed,
    LeaseLost,
    MailServerClosed,
    MailServerTimeout,
)
from documents.messages import Message
from documents.models import ItemStatus, Source, SourceItem, SourceKind, SourceMark
from documents.models.source import KEY_LENGTH

#: How often a thing is tried that fails for a reason that is nobody's fault.
MOST_TRIES = 3
#: Rows of each status, and marks, that are kept of one source; the oldest go.
MOST_ITEMS, MOST_MARKS = 2000, 1_000_000

_KEEP_WAITING = datetime.timedelta(days=1)
#: What passes by itself, unless it is this very message that a server can't send.
_COUNTED = (MailServerClosed, MailServerTimeout)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ItemFacts:
    """See `SourceItem`. `identity`: SHA-256 in hex."""

    identity: str
    name: str
    place: str = ""
    sender: str = ""
    size: int | None = None
    locator: dict[str, Any] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)


def note_item(source: Source, facts: ItemFacts) -> SourceItem:
    """The row of what was found, made before it is taken. The team and the tags that were decided
    first stay."""
    item, created = SourceItem.objects.get_or_create(
        source=source,
        identity=facts.identity,
        defaults={
            "name": facts.name[:500],
            "place": facts.place[:KEY_LENGTH],
            "sender": facts.sender[:320],
            "size": facts.size,
            "locator": facts.locator,
            "target": facts.target,
        },
    )
    if not created and facts.locator and item.locator != facts.locator:
        item.locator = facts.locator
        item.save(update_fields=["locator"])
    return item


def take_item(
    item: SourceItem,
    take: Callable[[SourceItem], Uploaded],
    *,
    still_ours: Callable[[], None] = lambda: None,
    marked: bool = True,
    **changes: Any,
) -> SourceItem:
    """Take it in and record what became of it. May run twice: the second time the document of the
    first is found.

    `still_ours` raises LeaseLost in the transaction of the record where another process has the
    source. `marked`: it is known for good by its identity; else the next thing may have the same.
    `changes`: of the row, where it is taken in. Raises LeaseLost, and the error for which it has
    to wait; then it is `waiting`.
    """
    try:
        uploaded = take(item)
    except LeaseLost:
        raise
    except ArchiveError as error:
        if error.permanent:
            _settle(item, ItemStatus.REFUSED, still_ours, marked, error=error)
            return item
        if isinstance(error, _COUNTED) and item.attempts + 1 >= MOST_TRIES:
            _settle(item, ItemStatus.FAILED, still_ours, marked, error=error)
        else:
            item.attempts += isinstance(error, _COUNTED)
            item.set_error(error)
            item.save()
        raise
    except Exception:
        log.exception("item_not_taken", source=str(item.source_id), item=item.place or item.name)
        item.attempts += 1
        unknown = IntakeFailed(Message("It could not be taken in. The server’s log says more."))
        if item.attempts >= MOST_TRIES:
            _settle(item, ItemStatus.FAILED, still_ours, marked, error=unknown)
        else:
            item.set_error(unknown)
            item.save()
        return item
    for name, value in changes.items():
        setattr(item, name, value)
    item.document = uploaded.document
    item.duplicate = not uploaded.created and uploaded.document.origin_detail != item.place
    _settle(item, ItemStatus.TAKEN, still_ours, marked)
    return item


def fail_item(item: SourceItem, error: ArchiveError, *, marked: bool = True) -> None:
    """It can't be tried again: it has gone, say. `marked`: as for `take_item`."""
    _settle(item, ItemStatus.FAILED, lambda: None, marked, error=error)


def prune_items() -> int:
    """Delete the oldest rows of what was settled, of each source. Returns their number."""
    deleted = 0
    # Of files that went away before they were tried again.
    forgotten = SourceItem.objects.filter(
        source__kind=SourceKind.FOLDER,
        status=ItemStatus.WAITING,
        changed_at__lt=timezone.now() - _KEEP_WAITING,
    )
    deleted += forgotten.delete()[0]
    for source in Source.objects.all():
        for status in (ItemStatus.TAKEN, ItemStatus.REFUSED, ItemStatus.FAILED):
            rows = source.items.filter(status=status, results_due=False).order_by("-changed_at")
            deleted += _delete_after(SourceItem, rows, MOST_ITEMS)
        deleted += _delete_after(SourceMark, source.marks.order_by("-id"), MOST_MARKS)
    return deleted


def _delete_after(model: Any, rows: Any, most: int) -> int:
    old = list(rows.values_list("pk", flat=True)[most : most + 1000])
    return model.objects.filter(pk__in=old).delete()[0] if old else 0


def _settle(
    item: SourceItem,
    status: ItemStatus,
    still_ours: Callable[[], None],
    marked: bool,
    error: ArchiveError | None = None,
) -> None:
    item.status = status
    item.set_error(error)
    identity = item.identity
    if not marked:
        item.identity = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
    with transaction.atomic():
        still_ours()
        item.save()
        if marked:
            SourceMark.objects.update_or_create(
                source_id=item.source_id,
                identity=identity,
                defaults={"taken": status == ItemStatus.TAKEN},
            )
        Source.objects.filter(pk=item.source_id).update(**{status.value: F(status.value) + 1})
    log.info(
        "source_item_settled",
        source=str(item.source_id),
        item=item.place or item.name,
        status=status.value,
        code=item.error_code,
        document=str(item.document_id or ""),
    )
