"""Take the audit away as a file; that somebody did is in the audit, too."""

from __future__ import annotations

from django.db.models import QuerySet

from documents import access
from documents.access import Ability
from documents.audit.find import AuditFilter, find_entries
from documents.audit.record import record_managed
from documents.models import AuditEntry, User


def export_audit(wanted: AuditFilter, *, actor: User) -> QuerySet[AuditEntry]:
    """The entries that `actor` may see. Noted in the team asked for, or in each that they manage.

    Raises NotFound, NotAllowed.
    """
    if wanted.team is not None:
        teams = [access.require_team(actor, Ability.MANAGE, wanted.team)]
    else:
        teams = list(access.teams_where(actor, Ability.MANAGE))
    for team in teams:
        record_managed(team, "audit.exported", actor)
    return find_entries(actor, wanted)
