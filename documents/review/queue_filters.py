"""Which part of the review queue a person looks at."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from documents.models import Document, ReviewReason, User
from documents.review.flags import FLAG_DESCRIPTIONS, has_any_flag
from documents.review.queue import is_leased, is_postponed

#: `assignee`: to the person who asks, to nobody; else a user's name.
ME, NOBODY = "me", "nobody"
#: `state`: those that may be taken now, those put off, those that somebody is reviewing.
WAITING, POSTPONED, TAKEN = "", "postponed", "taken"
#: Reasons beside flags.
BY_RULE = (ReviewReason.CONFIDENCE.value, ReviewReason.SAMPLE.value)


@dataclass(frozen=True)
class QueueFilters:
    """`reason`: a flag, or one of `BY_RULE`. `days`: uploaded at least so long ago. Empty values
    filter nothing."""

    team: uuid.UUID | None = None
    tag: str = ""
    reason: str = ""
    days: int = 0
    assignee: str = ""
    state: str = WAITING

    def apply(self, queue: QuerySet[Document], user: User) -> QuerySet[Document]:
        """Those of `queue` that the filters leave; `user` is who asks."""
        if self.team is not None:
            queue = queue.filter(team=self.team)
        if self.tag:
            queue = queue.filter(tags__name__iexact=self.tag)
        if self.reason in BY_RULE:
            queue = queue.filter(review_reason=self.reason)
        elif self.reason in FLAG_DESCRIPTIONS:
            queue = queue.filter(has_any_flag([self.reason]))
        if self.days:
            oldest = timezone.now() - datetime.timedelta(days=self.days)
            queue = queue.filter(created_at__lte=oldest)
        if self.assignee == ME:
            queue = queue.filter(assigned_to=user)
        elif self.assignee == NOBODY:
            queue = queue.filter(assigned_to=None)
        elif self.assignee:
            queue = queue.filter(assigned_to__username=self.assignee)
        return queue.filter(self._in_state())

    def _in_state(self) -> Q:
        if self.state == POSTPONED:
            return is_postponed()
        if self.state == TAKEN:
            return is_leased()
        return ~is_postponed()
