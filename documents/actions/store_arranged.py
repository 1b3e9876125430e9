"""Claim pages that are to be put together, store what was made of them, record the outcome.

All are steps that may run twice: a part that has its document keeps it.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import QuerySet

from documents.actions.replace import replace
from documents.actions.upload import TITLE_LENGTH, Uploaded, upload
from documents.errors import ArchiveError, ArrangeFailed, LeaseLost
from documents.files.upload_staging import stage
from documents.messages import Message
from documents.models import Arrangement, ArrangementStatus, Document, Origin, OriginKind, Priority
from documents.models.change_job import limits_from_json
from documents.models.lease import lock_first
from documents.models.stored_error import error_fields
from documents.models.tag_names import MAX_TAGS
from documents.signals import announce, tasks_waiting
from documents.text.arranged import ArrangedPart, name_pages

#: One whose process was lost so often is given up.
MAX_ATTEMPTS = 3
#: How long what came of it can be asked for.
KEEP_ARRANGEMENTS = datetime.timedelta(days=7)


@dataclass(frozen=True)
class ArrangementClaim:
    """The right to do what one arrangement asks for."""

    arrangement_id: uuid.UUID
    document_id: uuid.UUID
    token: int

    @property
    def row(self) -> QuerySet[Arrangement]:
        return Arrangement.objects.filter(
            id=self.arrangement_id, status=ArrangementStatus.WAITING, lease_token=self.token
        )

    def renew(self) -> bool:
        """Extend the lease. Returns False where it is lost."""
        return Arrangement.lease.renew(self.row, self.token)

    def load(self) -> Arrangement:
        """Raises LeaseLost."""
        found = self.row.select_related("user", "document").first()
        if found is None:
            raise LeaseLost(Message("Another process puts these pages together."))
        return found

    def release(self, *, free_at: datetime.datetime | None = None, **changes: object) -> None:
        Arrangement.lease.release(self.row, self.token, free_at=free_at, **changes)


def claim_arrangement() -> ArrangementClaim | None:
    """Lease the one that has waited longest; None where none waits. The attempt counts now."""
    while True:
        with transaction.atomic():
            found = lock_first(Arrangement.objects.to_do().order_by("created_at"))
            if found is None:
                return None
            if found.attempts >= MAX_ATTEMPTS:
                found.status = ArrangementStatus.FAILED
                message = Message(
                    "The pages could not be put together: the process that tried was lost "
                    "{attempts} times.",
                    attempts=MAX_ATTEMPTS,
                )
                found.set_error(ArrangeFailed(message))
                found.save()
                continue
            found.lease.grant(found)
            found.attempts += 1
            found.save()
            return ArrangementClaim(found.id, found.document_id, found.lease_token)


def end_arrangement_leases() -> None:
    """At the start of the only site there can be: whoever held them is gone."""
    Arrangement.lease.end_all(Arrangement.objects.filter(status=ArrangementStatus.WAITING))


def store_arranged(claim: ArrangementClaim, part: ArrangedPart, pieces: Iterable[bytes]) -> None:
    """Store the content, `pieces`, as the document of the next part, with the tags and wishes of
    the documents that its pages are from; or as the next edition.

    Raises LeaseLost; what `upload` and `replace` raise, and what `pieces` raises.
    """
    arrangement = claim.load()
    actor = arrangement.user
    actor.limits = limits_from_json(arrangement.limits)
    first = arrangement.document
    pages = name_pages(page.number for page in part.pages)
    only_of_it = part.sources == [first.id]
    origin = Origin(OriginKind.PAGES, first.title, pages if only_of_it else "")
    filename = f"{PurePosixPath(first.filename).stem}.pdf"
    staged = stage(pieces)
    if arrangement.as_edition:
        made = replace(first.id, staged, filename, actor=actor, origin=origin, made_of=part.pages)
    else:
        made = upload(
            actor,
            staged,
            filename,
            team_id=arrangement.team_id,
            title=part.title or _name_part(arrangement, part, pages if only_of_it else ""),
            tags=_tags_of(part),
            language=first.language if first.language_chosen else "",
            ocr=first.ocr,
            engine=first.requested_engine,
            priority=min(Priority(first.priority), Priority.NORMAL).word,
            origin=origin,
            made_of=part.pages,
        )
    _record(claim, made)


def end_arrangement(claim: ArrangementClaim) -> None:
    claim.release(status=ArrangementStatus.DONE, **error_fields(None))


def fail_arrangement(claim: ArrangementClaim, error: ArchiveError) -> None:
    """Record why it failed. Documents that were made stay."""
    claim.release(status=ArrangementStatus.FAILED, **error_fields(error))


def forget_old_arrangements(before: datetime.datetime) -> int:
    """Delete what was asked for before then. Returns the number."""
    old = Arrangement.objects.filter(created_at__lt=before)
    return old.exclude(status=ArrangementStatus.WAITING).delete()[0]


def _record(claim: ArrangementClaim, made: Uploaded) -> None:
    with transaction.atomic():
        arrangement = claim.row.select_for_update(of=("self",)).first()
        if arrangement is None:
            raise LeaseLost(Message("Another process puts these pages together."))
        arrangement.made = [*arrangement.made, str(made.document.id)]
        arrangement.save(update_fields=["made"])
    announce(tasks_waiting)


def _name_part(arrangement: Arrangement, part: ArrangedPart, pages: str) -> str:
    title = arrangement.document.title
    if len(arrangement.plan) == 1:
        return title
    number = len(arrangement.made) + 1
    suffix = f" ({pages})" if pages and len(pages) <= 20 else f" ({number})"
    return f"{title[: TITLE_LENGTH - len(suffix)]}{suffix}"


def _tags_of(part: ArrangedPart) -> list[str]:
    """Those of all documents that the pages are from."""
    found = Document.objects.filter(id__in=part.sources).values_list("tags__name", flat=True)
    return sorted({name for name in found if name})[:MAX_TAGS]
