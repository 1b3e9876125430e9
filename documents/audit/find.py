"""The audit as a manager may see it: filtered, newest first."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from documents import access
from documents.access import Ability, AnyUser
from documents.models import AuditEntry


@dataclass(frozen=True)
class AuditFilter:
    """None and "" leave everything in. `since` is inclusive, `until` is not."""

    team: uuid.UUID | None = None
    kind: str = ""
    person: str = ""
    document: uuid.UUID | None = None
    title: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


def audit_visible_to(user: AnyUser) -> QuerySet[AuditEntry]:
    """The entries of the teams that `user` manages; for administrators all."""
    if access.administers(user):
        return AuditEntry.objects.all()
    teams = list(access.teams_where(user, Ability.MANAGE).values_list("id", flat=True))
    return AuditEntry.objects.filter(team__in=teams)


def find_entries(user: AnyUser, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    conditions = Q()
    for condition, value in (
        ("team", wanted.team),
        ("kind", wanted.kind),
        ("username", wanted.person),
        ("document_id", wanted.document),
        ("title__icontains", wanted.title),
        ("at__gte", wanted.since),
        ("at__lt", wanted.until),
    ):
        if value:
            conditions &= Q(**{condition: value})
    return audit_visible_to(user).filter(conditions).select_related("team").order_by("-at", "-id")
