"""Have the objects below a prefix of the bucket read, with their results written beside."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.asked_for import refuse_wrong_wishes
from documents.actions.bucket_prefixes import parse_prefix, require_allowed
from documents.bucket.configured import configured_bucket
from documents.errors import Busy, InvalidRequest, NoBucket, NotFound
from documents.files.allowed_prefixes import overlap
from documents.messages import Message
from documents.models import Batch, BatchStatus, ObjectStatus, TokenScope, User
from documents.models.change_job import limits_to_json
from documents.signals import announce, tasks_waiting

#: Unfinished batches of one team.
MOST_BATCHES = 5
_RETRY_AFTER = 60


def begin_batch(
    source: str,
    target: str,
    *,
    actor: User,
    team_id: uuid.UUID | None,
    formats: Sequence[str],
    fields: Mapping[str, Any],
) -> Batch:
    """`formats`: kinds of results and exports. `fields`: what `upload` takes beside file and team.

    For administrators, and for managers of the team below the prefixes that an administrator has
    allowed. Raises NoBucket, InvalidRequest, PrefixForbidden, NotFound or NotAllowed (the team),
    Busy (the team has MOST_BATCHES under way), and what `fields` are refused with.
    """
    for scope in (TokenScope.READ, TokenScope.WRITE):
        access.require_scope(actor, scope)
    team = access.team_for_upload(actor, team_id)
    access.require_team(actor, Ability.MANAGE, team.id)
    if configured_bucket() is None:
        raise NoBucket(
            Message("No bucket is configured: the CLOUDRU_S3_ variables name the one to use.")
        )
    source, target = parse_prefix(source, "from"), parse_prefix(target, "to")
    if overlap(source, target):
        message = Message("Results must not lie where files are taken from. Name another prefix.")
        raise InvalidRequest.for_field("to", message)
    for prefix in (source, target):
        require_allowed(actor, team, prefix)
    refuse_wrong_wishes(team, fields)
    if Batch.objects.unfinished().filter(team=team).count() >= MOST_BATCHES:
        message = Message("{most} batches of the team are under way.", most=MOST_BATCHES)
        raise Busy(message, retry_after=_RETRY_AFTER)
    with transaction.atomic():
        batch = Batch.objects.create(
            user=actor,
            limits=limits_to_json(actor.limits),
            team=team,
            source=source,
            target=target,
            formats=list(dict.fromkeys(formats)),
            fields=dict(fields),
        )
        announce(tasks_waiting)
    return batch


def cancel_batch(batch_id: uuid.UUID, *, actor: User) -> Batch:
    """Take no more objects. Documents that were made stay and are read; results that are not
    written yet are not written. A finished one stays as it is. Raises NotFound, NotAllowed."""
    batch = find_batch(batch_id, actor=actor)
    with transaction.atomic():
        stopped = Batch.lease.revoke_all(
            Batch.objects.unfinished().filter(pk=batch.pk),
            status=BatchStatus.CANCELLED,
            finished_at=timezone.now(),
        )
        if stopped:
            batch.objects_taken.filter(
                status__in=(ObjectStatus.WAITING, ObjectStatus.READING)
            ).update(status=ObjectStatus.CANCELLED)
            announce(tasks_waiting)
    return find_batch(batch_id, actor=actor)


def batches_visible_to(actor: User) -> QuerySet[Batch]:
    """Those of the teams that they manage."""
    return Batch.objects.filter(team__in=access.teams_where(actor, Ability.MANAGE))


def find_batch(batch_id: uuid.UUID, *, actor: User) -> Batch:
    """Raises NotFound, NotAllowed."""
    batch = Batch.objects.filter(team__in=access.teams_of(actor), pk=batch_id).first()
    if batch is None:
        raise NotFound(Message("There is no batch {batch} here.", batch=batch_id))
    access.require_team(actor, Ability.MANAGE, batch.team_id)
    return batch
