"""Claim what a chores process owes a document: to count its pages or assemble its results."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents import events
from documents.actions.locking import locked
from documents.errors import ArchiveError, LeaseLost, Quarantined
from documents.models import Document, Status
from documents.models.document import Chore
from documents.signals import announce, chores_waiting

#: Renewed while the chore is done; one that ends unrenewed has lost its process.
LEASE = datetime.timedelta(seconds=30)
#: A chore that ended with its process's death this often is given up.
MAX_ATTEMPTS = 4


@dataclass(frozen=True)
class ChoreClaim:
    """The right to do one chore of one document, until the lease ends."""

    document_id: uuid.UUID
    chore: str
    token: int
    attempt: int

    @property
    def last_attempt(self) -> bool:
        return self.attempt >= MAX_ATTEMPTS


def claim_chore() -> ChoreClaim | None:
    """The oldest chore nobody is at, or None. The attempt is counted here, before the work."""
    while True:
        with transaction.atomic():
            document = (
                waiting_chores()
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("created_at")
                .first()
            )
            if document is None:
                return None
            document.chore_token += 1
            document.chore_attempts += 1
            document.chore_lease_expires_at = timezone.now() + LEASE
            given_up = document.chore_attempts > MAX_ATTEMPTS
            if given_up:
                _give_up(document)
            document.save()
        if not given_up:
            return ChoreClaim(
                document.id, document.chore, document.chore_token, document.chore_attempts
            )


def renew_chore(claim: ChoreClaim) -> bool:
    """Extend the lease; False when the claim is lost."""
    return bool(
        Document.objects.filter(
            id=claim.document_id, chore=claim.chore, chore_token=claim.token
        ).update(chore_lease_expires_at=timezone.now() + LEASE)
    )


def take_back_all_chores() -> int:
    """End every lease: for the only chores process there can be, as it starts. The attempts of
    its predecessor stay counted. Returns their number."""
    held = Document.objects.exclude(chore=Chore.NONE).exclude(chore_lease_expires_at=None)
    return held.update(chore_lease_expires_at=None)


def release_chore(claim: ChoreClaim) -> None:
    """Give the chore back untried (a stop on request): the attempt does not count."""
    Document.objects.filter(id=claim.document_id, chore_token=claim.token).update(
        chore_lease_expires_at=None, chore_attempts=claim.attempt - 1
    )


def postpone_chore(claim: ChoreClaim, delay: datetime.timedelta, *, counted: bool = True) -> None:
    """Leave the chore for later: nobody claims it before `delay` has passed.

    Not `counted`: the attempt is taken back, for the document is not to blame.
    """
    Document.objects.filter(id=claim.document_id, chore_token=claim.token).update(
        chore_lease_expires_at=timezone.now() + delay,
        chore_attempts=claim.attempt if counted else claim.attempt - 1,
    )


def waiting_chores() -> QuerySet[Document]:
    """The documents with a chore that could be claimed now."""
    free = Q(chore_lease_expires_at=None) | Q(chore_lease_expires_at__lt=timezone.now())
    return Document.objects.filter(free, trashed_at=None).exclude(chore=Chore.NONE)


def held(claim: ChoreClaim) -> Document:
    """The claimed document, locked. Raises LeaseLost when somebody else has the chore now."""
    document = locked(claim.document_id)
    if document.chore_token != claim.token or document.chore != claim.chore:
        raise LeaseLost(
            "Another process took over this document's preparation.", document=claim.document_id
        )
    return document


def fail_whole(document: Document, error: ArchiveError) -> None:
    """The document as a whole has failed, with the reason; the caller saves it."""
    document.fail_whole(error)
    events.record_read(document)


def results_outdated(document: Document) -> None:
    """What results show, where there are any, has changed. Whoever assembles the first ones now
    sees that by the version, and does it again. The caller saves the document (`RESULTS_OWED`)."""
    if document.has_results:
        owe_results(document)
    else:
        document.content_version += 1


def owe_results(document: Document) -> None:
    """What its results show has changed: they are assembled anew. The caller saves the document
    (`RESULTS_OWED` are the fields)."""
    document.content_version += 1
    # While it is being read, its results are assembled at the end of that anyway.
    if document.status in (Status.READY, Status.PARTIAL, Status.FAILED) and document.page_count:
        document.chore = Chore.FINISH
        document.chore_attempts = 0
        announce(chores_waiting)


RESULTS_OWED = ("content_version", "chore", "chore_attempts")


def _give_up(document: Document) -> None:
    what = "opened" if document.chore == Chore.PREPARE else "assembled"
    document.chore_lease_expires_at = None
    fail_whole(
        document,
        Quarantined(
            f"The document could not be {what}: the process that tried was lost "
            f"{MAX_ATTEMPTS} times. Read it again when the cause is mended.",
            document=document.id,
        ),
    )
