"""Save a search under a name, for oneself or for a team."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from documents import access
from documents.access import Ability
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import SavedSearch, User
from documents.text.validation import validate_text

NAME_LENGTH, TEXT_LENGTH = 200, 1000
#: Searches that one person may have.
MAX_SAVED_SEARCHES = 100


def save_search(
    *,
    actor: User,
    name: str,
    text: str,
    filters: Mapping[str, Sequence[str]],
    team_id: uuid.UUID | None = None,
    is_view: bool = False,
) -> SavedSearch:
    """Save it for `actor`, or for a team in which they may edit. Pages that match it and are read
    or corrected from now on are announced, unless it is a view: a list of documents.

    Raises InvalidRequest, NotFound (the team), NotAllowed.
    """
    if team_id is None:
        access.require_unbound(actor)
    else:
        access.require_team(actor, Ability.EDIT, team_id)
    name = clean_name(name)
    text = validate_text(text, field="q", max_length=TEXT_LENGTH).strip()
    if not text and not filters:
        message = Message("A saved search needs words or filters.")
        raise InvalidRequest.for_field("q", message)
    if actor.saved_searches.count() >= MAX_SAVED_SEARCHES:
        message = Message(
            "You can save at most {most} searches. Delete one first.", most=MAX_SAVED_SEARCHES
        )
        raise InvalidRequest.for_field("name", message)
    return SavedSearch.objects.create(
        owner=actor,
        team_id=team_id,
        name=name,
        text=text,
        filters=dict(filters),
        is_view=is_view,
    )


def clean_name(name: str) -> str:
    """Raises InvalidRequest."""
    name = " ".join(validate_text(name, field="name").split())
    if not name or len(name) > NAME_LENGTH:
        message = Message("A name has 1 to {most} characters.", most=NAME_LENGTH)
        raise InvalidRequest.for_field("name", message)
    return name
