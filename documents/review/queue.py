"""The review queue: what was read, wants a look and has no review; the least trusted first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, SmallIntegerField, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from documents.access import Ability, teams_where
from documents.models import Document, Page, User
from documents.models.document import DocumentQuerySet

#: An unknown confidence is trusted least.
_TRUST = Coalesce(F("confidence"), Value(0.0), output_field=FloatField())

#: The order of the queue, for `order_by`.
LEAST_TRUSTED_FIRST = (_TRUST.asc(), "id")


#: Documents whose open doubts are counted in one query.
_MOST_COUNTED = 200


def documents_of(user: User) -> DocumentQuerySet:
    """The documents whose review is the user's work, decided or not."""
    teams = teams_where(user, Ability.DECIDE)
    return Document.objects.listed().filter(team__in=teams)


def with_trust(queue: QuerySet[Document]) -> QuerySet[Document]:
    """With `trust`, by which the queue is ordered: the confidence, 0 where it is unknown."""
    return queue.annotate(trust=_TRUST)


def count_open(documents: Iterable[Document]) -> dict[Any, int]:
    """How many doubts each has open, as far as they were counted. One query."""
    ids = [document.id for document in documents][:_MOST_COUNTED]
    rows = Page.objects.filter(document__in=ids, open_doubts__gt=0).order_by().values("document")
    return {row["document"]: row["total"] for row in rows.annotate(total=Sum("open_doubts"))}


def is_postponed() -> Q:
    """The documents that are put off until a later time."""
    return Q(postponed_until__gt=timezone.now())


def is_leased() -> Q:
    """The documents that somebody is reviewing now."""
    return Q(review_lease_expires_at__gte=timezone.now())


def free_for(user: User, queue: QuerySet[Document]) -> QuerySet[Document]:
    """Those of `queue` that `user` may take: not postponed, nobody else's."""
    return (
        queue.exclude(is_postponed())
        .filter(Q(assigned_to=None) | Q(assigned_to=user))
        .exclude(is_leased() & ~Q(review_lease_by=user))
    )


def iter_in_order(
    queue: QuerySet[Document], user: User, after: uuid.UUID | None, most: int
) -> Iterator[uuid.UUID]:
    """The ids of the first `most` documents of `queue` for `user`: their own first, then the least
    trusted; from behind the document `after` on, then from the start."""
    theirs = Case(
        When(assigned_to=user, then=Value(0)), default=Value(1), output_field=SmallIntegerField()
    )
    ordered = queue.annotate(trust=_TRUST, theirs=theirs).order_by("theirs", "trust", "id")
    ids = ordered.values_list("id", flat=True)
    here = None
    if after is not None:
        ids = ids.exclude(id=after)
        here = (
            Document.objects.filter(id=after)
            .annotate(trust=_TRUST, theirs=theirs)
            .values_list("theirs", "trust")
            .first()
        )
    if here is None:
        yield from ids[:most]
        return
    behind = Q(theirs__gt=here[0]) | Q(theirs=here[0]) & (
        Q(trust__gt=here[1]) | Q(trust=here[1], id__gt=after)
    )
    yield from ids.filter(behind)[:most]
    yield from ids.exclude(behind)[:most]


def find_free(
    queue: QuerySet[Document], user: User, after: uuid.UUID | None = None
) -> Document | None:
    """What `user` would get next from `queue`, without taking it."""
    first = next(iter_in_order(free_for(user, queue), user, after, 1), None)
    return None if first is None else queue.select_related("team").filter(id=first).first()
