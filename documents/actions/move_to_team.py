"""Move a document to another team: from then on that team alone sees it."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction

from documents import access
from documents.access import Ability
from documents.actions.lock_editions import lock_editions
from documents.errors import AlreadyInTeam
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, Team, User
from documents.models.event import EventKind
from documents.models.tag_names import get_or_create_tags


def move_to_team(document_id: uuid.UUID, team_id: uuid.UUID, *, actor: User | None) -> Document:
    """Takes what trashing takes in the document's team, and the right to upload to the other one.

    All its editions go along. Its tags go along by their names; its text, review and history stay.
    In that team already: nothing changes. Raises NotFound (the document or the team), NotAllowed,
    Conflict (in the trash, replaced by a newer edition, or the team has the file of any of its
    editions: AlreadyInTeam).
    """
    try:
        with transaction.atomic():
            return _move(document_id, team_id, actor)
    except IntegrityError:
        # The same bytes came into the team between the look and the commit.
        with transaction.atomic():
            return _move(document_id, team_id, actor)


def _move(document_id: uuid.UUID, team_id: uuid.UUID, actor: User | None) -> Document:
    document = access.require_locked(actor, Ability.TRASH, document_id)
    document.refuse_if_closed()
    if document.is_held:
        # Else it would leave those who hold it, for people who might lift that.
        access.require(actor, Ability.HOLD, document_id)
    team = access.require_team(actor, Ability.UPLOAD, team_id)
    if document.team_id == team.id:
        return document
    editions = lock_editions(document_id)
    for edition in editions:
        _refuse_duplicate(edition, team)
    for edition in editions:
        _move_one(edition, team, actor)
    return next(edition for edition in editions if edition.id == document_id)


def _move_one(document: Document, team: Team, actor: User | None) -> None:
    names = list(document.tags.values_list("name", flat=True))
    before, document.team = document.team_id, team
    document.tags.set(get_or_create_tags(team, names))
    # Ids alone: the name of a team is not told to people outside of it.
    commit_change(
        document, EventKind.MOVED, actor, from_team=str(before), to_team=str(document.team_id)
    )


def _refuse_duplicate(document: Document, team: Team) -> None:
    same = Document.objects.filter(team=team, sha256=document.sha256).first()
    if same is None:
        return
    if same.is_trashed:
        message = Message(
            "The team “{team}” has this file already, in its trash, as “{title}”. Take that one "
            "out of the trash instead.",
            team=team.name,
            title=same.title,
        )
    else:
        message = Message(
            "The team “{team}” has this file already, as “{title}”.",
            team=team.name,
            title=same.title,
        )
    raise AlreadyInTeam(message, document=same.id)
