"""Ask for a change of many documents, which a background worker makes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access.abilities import SCOPES
from documents.actions.change_many import refuse_too_many
from documents.actions.parse_change import parse_change
from documents.errors import Busy, NotFound
from documents.messages import Message
from documents.models import ChangeJob, ChangeSelection, ChangeStatus, User
from documents.models.change_job import limits_to_json, pack_ids
from documents.signals import announce, tasks_waiting

#: Unfinished jobs of one person.
MOST_JOBS = 20
_RETRY_AFTER = 30


def begin_change(ids: Sequence[uuid.UUID], change: Mapping[str, Any], *, actor: User) -> ChangeJob:
    """A job that makes the change to each of these documents once, in this order.

    Whether `actor` may do it is judged for each document when its turn comes, with their role at
    that time and what their token allows now. Raises InvalidRequest (no change, too many
    documents), ScopeTooNarrow, Busy (they have MOST_JOBS under way).
    """
    access.require_scope(actor, SCOPES[parse_change(change).ability])
    ids = list(dict.fromkeys(ids))
    refuse_too_many(len(ids))
    if ChangeJob.objects.unfinished().filter(user=actor).count() >= MOST_JOBS:
        message = Message("{most} changes of yours are under way. Wait for one.", most=MOST_JOBS)
        raise Busy(message, retry_after=_RETRY_AFTER)
    with transaction.atomic():
        job = ChangeJob.objects.create(
            user=actor,
            limits=limits_to_json(actor.limits),
            time_zone=timezone.get_current_timezone_name(),
            change=dict(change),
            total=len(ids),
            status=ChangeStatus.WAITING if ids else ChangeStatus.DONE,
            finished_at=None if ids else timezone.now(),
        )
        ChangeSelection.objects.create(job=job, packed_ids=pack_ids(ids))
    announce(tasks_waiting)
    return job


def cancel_change(job_id: uuid.UUID, *, actor: User) -> ChangeJob:
    """Leave the documents alone whose turn has not come; what is done stays. Finished already:
    nothing happens. Raises NotFound."""
    job = find_change(job_id, actor=actor)
    ChangeJob.objects.unfinished().filter(pk=job.pk).update(
        status=ChangeStatus.CANCELLED, finished_at=timezone.now(), lease_expires_at=None
    )
    return find_change(job_id, actor=actor)


def find_change(job_id: uuid.UUID, *, actor: User) -> ChangeJob:
    """One of the actor's own. Raises NotFound."""
    job = ChangeJob.objects.begun_by(actor).filter(id=job_id).first()
    if job is None:
        raise NotFound(Message("There is no change {change} here.", change=job_id))
    return job
