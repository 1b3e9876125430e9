"""Give a team another name."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction

from documents import access
from documents.access import Ability
from documents.audit.record import record_managed
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Team, User
from documents.text.validation import validate_text

NAME_LENGTH = 200


def rename_team(team_id: uuid.UUID, name: str, *, actor: User | None) -> Team:
    """Raises NotFound, NotAllowed, InvalidRequest (no name, too long, another team has it).

    The manifests of the team's documents name it as before until their next change: a restore
    needs the name only where the database has no such team any more.
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    name = validate_team_name(name)
    if Team.objects.filter(name=name).exclude(pk=team.pk).exists():
        raise name_taken(name)
    try:
        with transaction.atomic():
            before, team.name = team.name, name
            team.save(update_fields=["name"])
            record_managed(team, "team.renamed", actor, name=name, before=before)
    except IntegrityError as error:
        raise name_taken(name) from error
    return team


def validate_team_name(name: str) -> str:
    name = validate_text(name.strip(), field="name", max_length=NAME_LENGTH)
    if not name:
        raise InvalidRequest.for_field("name", Message("A team needs a name."))
    return name


def name_taken(name: str) -> InvalidRequest:
    message = Message("The name “{name}” is not free. Choose another.", name=name)
    return InvalidRequest.for_field("name", message)
