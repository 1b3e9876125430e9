"""Give a saved search another name."""

from __future__ import annotations

import uuid

from documents import access
from documents.access import Ability
from documents.actions.save_search import clean_name
from documents.errors import NotFound
from documents.messages import Message
from documents.models import SavedSearch, User


def rename_saved_search(search_id: uuid.UUID, name: str, *, actor: User) -> SavedSearch:
    """Raises NotFound, InvalidRequest, NotAllowed (another person's search for a team in which
    `actor` may not edit)."""
    search = access.saved_searches_visible_to(actor).filter(id=search_id).first()
    if search is None:
        raise NotFound(Message("There is no saved search {search} here.", search=search_id))
    if search.owner_id != actor.pk and search.team_id is not None:
        access.require_team(actor, Ability.EDIT, search.team_id)
    search.name = clean_name(name)
    search.save(update_fields=["name"])
    return search
