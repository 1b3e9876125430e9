"""Make a team."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from documents import access
from documents.actions.rename_team import name_taken, validate_team_name
from documents.audit.record import record_managed
from documents.errors import AdministratorsOnly
from documents.messages import Message
from documents.models import Team, TokenScope, User


def create_team(name: str, *, actor: User) -> Team:
    """For administrators, who need not be its members.

    Raises AdministratorsOnly, ScopeTooNarrow, InvalidRequest (no name, too long, another team has
    it).
    """
    access.require_scope(actor, TokenScope.ADMIN)
    access.require_unbound(actor)
    if not access.administers(actor):
        raise AdministratorsOnly(Message("Only administrators make teams. Ask one of them."))
    name = validate_team_name(name)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
            record_managed(team, "team.made", actor, name=name)
    except IntegrityError as error:
        raise name_taken(name) from error
    return team
