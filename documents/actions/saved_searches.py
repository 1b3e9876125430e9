"""Keep a search under a name, and forget it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from documents.access import Ability, teams_of, teams_where
from documents.errors import InvalidRequest, NotFound, RoleTooLow
from documents.messages import Message
from documents.models import SavedSearch, User
from documents.text.validation import validate_text

NAME_LENGTH, TEXT_LENGTH = 200, 1000
#: Searches that one person keeps.
MOST = 100


def save_search(
    user: User,
    *,
    name: str,
    text: str,
    filters: Mapping[str, Sequence[str]],
    team_id: uuid.UUID | None = None,
) -> SavedSearch:
    """Keep it for `user`, or for a team in which they may edit. Pages that are read or corrected
    from now on are noted when they answer it.

    Raises InvalidRequest, NotFound (the team), NotAllowed.
    """
    name = " ".join(validate_text(name, field="name").split())
    if not name or len(name) > NAME_LENGTH:
        message = Message("A name has 1 to {most} characters.", most=NAME_LENGTH)
        raise InvalidRequest.for_field("name", message)
    text = validate_text(text, field="q", max_length=TEXT_LENGTH).strip()
    if not text and not filters:
        message = Message("A saved search needs words or filters.")
        raise InvalidRequest.for_field("q", message)
    if team_id is not None and not teams_where(user, Ability.EDIT).filter(id=team_id).exists():
        if teams_of(user).filter(id=team_id).exists():
            raise RoleTooLow(
                Message("Your role in the team does not allow saving searches for it.")
            )
        raise NotFound(Message("There is no team {team} here.", team=team_id))
    if user.saved_searches.count() >= MOST:
        message = Message("You can save at most {most} searches. Delete one first.", most=MOST)
        raise InvalidRequest.for_field("name", message)
    return SavedSearch.objects.create(
        owner=user, team_id=team_id, name=name, text=text, filters=dict(filters)
    )


def forget_search(user: User, search_id: uuid.UUID) -> None:
    """Raises NotFound, NotAllowed (a team's that somebody else keeps)."""
    search = kept_by(user).filter(id=search_id).first()
    if search is None:
        raise NotFound(Message("There is no saved search {search} here.", search=search_id))
    may = teams_where(user, Ability.EDIT)
    if search.owner_id != user.pk and not may.filter(id=search.team_id).exists():
        raise RoleTooLow(Message("Your role in the team does not allow deleting its searches."))
    search.delete()


def kept_by(user: User) -> Any:
    """The searches that `user` sees: their own, and those of their teams (a QuerySet)."""
    own = SavedSearch.objects.filter(owner=user, team=None)
    return (own | SavedSearch.objects.filter(team__in=teams_of(user))).select_related("owner")
