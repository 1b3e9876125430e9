"""Note that a person has seen what a saved search has found."""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone

from documents import access
from documents.errors import NotFound
from documents.messages import Message
from documents.models import SavedSearchVisit, User


def mark_search_seen(
    search_id: uuid.UUID, *, actor: User, seen_at: datetime.datetime | None = None
) -> None:
    """`seen_at`: when the page that they see was made; now, where it is not given. What was found
    since stays new. Raises NotFound."""
    search = access.saved_searches_visible_to(actor).filter(id=search_id).first()
    if search is None:
        raise NotFound(Message("There is no saved search {search} here.", search=search_id))
    moment = min(seen_at or timezone.now(), timezone.now())
    visit, created = SavedSearchVisit.objects.get_or_create(
        search=search, user=actor, defaults={"seen_at": moment}
    )
    if not created and visit.seen_at < moment:
        visit.seen_at = moment
        visit.save(update_fields=["seen_at"])
