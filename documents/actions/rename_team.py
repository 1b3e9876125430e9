"""Make a team; give one another name."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction

from documents import access
from documents.access import Ability
from documents.audit.record import record_managed
from documents.errors import AdministratorsOnly, InvalidRequest
from documents.messages import Message
from documents.models import Team, TokenScope, User
from documents.text.validation import validate_text

NAME_LENGTH = 200


def create_team(name: str, *, actor: User) -> Team:
    """For administrators, who need not be its members.

    Raises AdministratorsOnly, ScopeTooNarrow, InvalidRequest (no name, too long, another team has
    it).
    """
    access.require_scope(actor, TokenScope.ADMIN)
    access.require_unbound(actor)
    if not access.administers(actor):
        raise AdministratorsOnly(Message("Only administrators make teams. Ask one of them."))
    name = _validate_name(name)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
            record_managed(team, "team.made", actor, name=name)
    except IntegrityError as error:
        raise _taken(name) from error
    return team


def rename_team(team_id: uuid.UUID, name: str, *, actor: User | None) -> Team:
    """Raises NotFound, NotAllowed, InvalidRequest (no name, too long, another team has it).

    The manifests of the team's documents name it as before until their next change: a restore
    needs the name only where the database has no such team any more.
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    name = _validate_name(name)
    if Team.objects.filter(name=name).exclude(pk=team.pk).exists():
        raise _taken(name)
    try:
        with transaction.atomic():
            before, team.name = team.name, name
            team.save(update_fields=["name"])
            record_managed(team, "team.renamed", actor, name=name, before=before)
    except IntegrityError as error:
        raise _taken(name) from error
    return team


def _validate_name(name: str) -> str:
    name = validate_text(name.strip(), field="name", max_length=NAME_LENGTH)
    if not name:
        raise InvalidRequest.for_field("name", Message("A team needs a name."))
    return name


def _taken(name: str) -> InvalidRequest:
    message = Message("The name “{name}” is not free. Choose another.", name=name)
    return InvalidRequest.for_field("name", message)
