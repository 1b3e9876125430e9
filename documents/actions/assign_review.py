"""A manager gives the review of a document to a person."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.errors import InvalidRequest
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, User
from documents.models.event import EventKind


def find_reviewer(name: str, *, actor: User | None) -> User:
    """The person with this user name, of those whom `actor` knows. Raises InvalidRequest."""
    person = access.people_known_to(actor).filter(username=name).first()
    if person is None:
        message = Message("There is no person “{name}” here.", name=name)
        raise InvalidRequest.for_field("person", message)
    return person


def assign_review(document_id: uuid.UUID, person: User | None, *, actor: User | None) -> Document:
    """From now on only `person` gets the document from the queue; None: whoever comes first.

    Raises NotFound, NotAllowed, InvalidRequest (they may not review in its team), Conflict (in the
    trash).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.MANAGE, document_id)
        document.refuse_if_closed()
        if person is not None and not access.may(person, Ability.DECIDE, document.team_id):
            message = Message(
                "{person} may not review documents of the team “{team}”.",
                person=person.display_name,
                team=document.team.name,
            )
            raise InvalidRequest.for_field("person", message)
        if document.assigned_to_id != (person.pk if person else None):
            document.assigned_to = person
            name = person.username if person else None
            commit_change(document, EventKind.ASSIGNED, actor, to=name)
    return document
