"""Give a team a tag that no document carries yet."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Tag, User
from documents.models.tag_names import is_tag_name_taken, normalize_tag_name


def create_tag(team_id: uuid.UUID, name: str, *, actor: User | None) -> Tag:
    """Raises NotFound, NotAllowed, InvalidRequest (no name, too long, a comma in it, taken)."""
    name = normalize_tag_name(name, field="name")
    with transaction.atomic():
        team = access.require_team(actor, Ability.EDIT, team_id)
        refuse_bad_name(team.id, name)
        return Tag.objects.create(team=team, name=name)


def refuse_bad_name(team_id: uuid.UUID, name: str, *, but: uuid.UUID | None = None) -> None:
    """Raises InvalidRequest for an empty name, or one that a tag of the team other than `but`
    has."""
    if not name:
        raise InvalidRequest.for_field("name", Message("A tag needs a name."))
    if is_tag_name_taken(team_id, name, but=but):
        message = Message("The team has another tag named “{name}”.", name=name)
        raise InvalidRequest.for_field("name", message)
