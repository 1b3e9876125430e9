"""Claim a file that is to be fetched, fetch it, and record what came of it."""

from __future__ import annotations

import datetime
import time
import uuid

import structlog
from django.db import transaction
from django.utils import timezone

from documents.actions.replace import replace
from documents.actions.request_fetch import REPLACES
from documents.actions.upload import upload
from documents.errors import ArchiveError, FetchFailed, LeaseLost
from documents.files.upload_staging import stage
from documents.messages import Message
from documents.models import Document, Fetch, FetchStatus, Origin
from documents.models.lease import lock_first
from documents.models.stored_error import error_fields
from documents.outside.fetch import open_url

#: One that failed, or whose process was lost, so often is given up.
MAX_ATTEMPTS = 3
#: How long what came of a fetch can be asked for.
KEEP_FETCHES = datetime.timedelta(days=7)
#: Until a server that did not answer is asked again.
_RETRY_AFTER = datetime.timedelta(seconds=30)
_RENEW_EVERY = 10.0

log = structlog.get_logger(__name__)


def claim_fetch() -> Fetch | None:
    """Lease the one that has waited longest; None where none waits. The attempt counts now."""
    while True:
        with transaction.atomic():
            fetch = lock_first(Fetch.objects.to_do().order_by("created_at"))
            if fetch is None:
                return None
            if fetch.attempts >= MAX_ATTEMPTS:
                _give_up(fetch)
                continue
            fetch.lease.grant(fetch)
            fetch.attempts += 1
            fetch.save()
        return Fetch.objects.select_related("user").get(pk=fetch.pk)


def run_fetch(fetch: Fetch) -> None:
    """Fetch the file of a claimed row and upload it as the user who asked. Waits for the network.

    A server that fails is asked again a few times; every failure ends in the row.
    """
    try:
        document = _fetch(fetch)
    except LeaseLost:
        return
    except ArchiveError as error:
        again = not error.permanent and fetch.attempts < MAX_ATTEMPTS
        log.info("file_not_fetched", fetch=str(fetch.id), code=error.code, again=again)
        _end(
            fetch,
            free_at=timezone.now() + _RETRY_AFTER if again else None,
            status=FetchStatus.WAITING if again else FetchStatus.FAILED,
            **error_fields(error),
        )
    except Exception:
        log.exception("file_not_fetched", fetch=str(fetch.id))
        unknown = FetchFailed(Message("The file could not be fetched."))
        _end(fetch, status=FetchStatus.FAILED, **error_fields(unknown))
    else:
        _end(fetch, status=FetchStatus.DONE, document=document, **error_fields(None))


def forget_old_fetches() -> int:
    """Delete what was asked for long ago. Returns the number."""
    old = Fetch.objects.filter(created_at__lt=timezone.now() - KEEP_FETCHES)
    return old.delete()[0]


def _give_up(fetch: Fetch) -> None:
    message = Message(
        "The file could not be fetched: the process that tried was lost {attempts} times.",
        attempts=MAX_ATTEMPTS,
    )
    fetch.status = FetchStatus.FAILED
    fetch.set_error(FetchFailed(message))
    fetch.save()


def _fetch(fetch: Fetch) -> Document:
    renewed_at = time.monotonic()

    def renew() -> None:
        nonlocal renewed_at
        if time.monotonic() - renewed_at < _RENEW_EVERY:
            return
        renewed_at = time.monotonic()
        if not Fetch.lease.renew(Fetch.objects.filter(pk=fetch.pk), fetch.lease_token):
            raise LeaseLost(Message("Another process fetches this file."))

    with open_url(fetch.url, still_wanted=renew) as found:
        staged = stage(found.pieces)
        fields = dict(fetch.fields)
        name = fields.pop("filename", "") or found.name
        origin = Origin.from_address(fetch.url)
        if replaces := fields.pop(REPLACES, None):
            old = uuid.UUID(replaces)
            return replace(old, staged, name, actor=fetch.user, origin=origin).document
        done = upload(fetch.user, staged, name, team_id=fetch.team_id, origin=origin, **fields)
        return done.document


def _end(fetch: Fetch, *, free_at: datetime.datetime | None = None, **changes: object) -> None:
    rows = Fetch.objects.filter(pk=fetch.pk)
    Fetch.lease.release(rows, fetch.lease_token, free_at=free_at, **changes)
