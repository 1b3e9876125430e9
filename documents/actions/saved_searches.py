"""Keep a search under a name, and forget it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.access import Ability, teams_of, teams_where
from documents.errors import InvalidRequest, NotAllowed, NotFound
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
        detail = f"A name has 1 to {NAME_LENGTH} characters."
        said = format_lazy(_("A name has 1 to {most} characters."), most=NAME_LENGTH)
        raise InvalidRequest(detail, summary=said, fields={"name": [detail]})
    text = validate_text(text, field="q", max_length=TEXT_LENGTH).strip()
    if not text and not filters:
        detail = "A saved search asks for something."
        raise InvalidRequest(detail, fields={"q": [detail]})
    if team_id is not None and not teams_where(user, Ability.EDIT).filter(id=team_id).exists():
        if teams_of(user).filter(id=team_id).exists():
            raise NotAllowed("Your role in the team does not allow to keep searches for it.")
        raise NotFound(f"There is no team {team_id} here.")
    if user.saved_searches.count() >= MOST:
        detail = f"At most {MOST} searches are kept. Delete one first."
        said = format_lazy(_("At most {most} searches are kept. Delete one first."), most=MOST)
        raise InvalidRequest(detail, summary=said, fields={"name": [detail]})
    return SavedSearch.objects.create(
        owner=user, team_id=team_id, name=name, text=text, filters=dict(filters)
    )


def forget_search(user: User, search_id: uuid.UUID) -> None:
    """Raises NotFound, NotAllowed (a team's that somebody else keeps)."""
    search = kept_by(user).filter(id=search_id).first()
    if search is None:
        raise NotFound(f"There is no saved search {search_id} here.")
    may = teams_where(user, Ability.EDIT)
    if search.owner_id != user.pk and not may.filter(id=search.team_id).exists():
        raise NotAllowed("Your role in the team does not allow to delete its searches.")
    search.delete()


def kept_by(user: User) -> Any:
    """The searches that `user` sees: their own, and those of their teams (a QuerySet)."""
    own = SavedSearch.objects.filter(owner=user, team=None)
    return (own | SavedSearch.objects.filter(team__in=teams_of(user))).select_related("owner")
