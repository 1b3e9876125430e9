"""Keep a search under a name, forget it, and note the new pages that it finds."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents import events
from documents.access import Ability, teams_of, teams_where
from documents.errors import InvalidRequest, NotAllowed, NotFound
from documents.models import Document, Page, SavedSearch, SavedSearchMatch, User
from documents.models.event import EventKind
from documents.search.asking import compiled
from documents.search.index import Opened, reader
from documents.search.language import understood
from documents.search.queries import all_of
from documents.search.schema import COVER
from documents.search.scope import any_document, scope_of
from documents.texts import checked_text

NAME_LENGTH, TEXT_LENGTH = 200, 1000
#: Searches that one person keeps, and new pages of one change that one search is told of.
MOST, MOST_MATCHES = 100, 1000


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
    name = " ".join(checked_text(name, field="name").split())
    if not name or len(name) > NAME_LENGTH:
        detail = f"A name has 1 to {NAME_LENGTH} characters."
        said = format_lazy(_("A name has 1 to {most} characters."), most=NAME_LENGTH)
        raise InvalidRequest(detail, summary=said, fields={"name": [detail]})
    text = checked_text(text, field="q", longest=TEXT_LENGTH).strip()
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


def note_matches(documents: Sequence[uuid.UUID]) -> None:
    """Write an event for each page of these that a saved search finds and that was read or
    corrected since the search was saved. Each page is told of once, by whichever machine is first.

    Called when the pages can be found already. Raises SearchUnavailable.
    """
    searches = list(SavedSearch.objects.select_related("owner"))
    if not searches:
        return
    opened = reader().opened()
    for search in searches:
        found = _found_by(opened, search, documents)
        if found:
            for document_id, number in found & _new(found, search.created_at):
                _note(search, document_id, number)


def _found_by(
    opened: Opened, search: SavedSearch, documents: Sequence[uuid.UUID]
) -> set[tuple[uuid.UUID, int]]:
    filters: dict[str, list[Any]] = dict(search.limits)
    for name in ("created_after", "created_before"):
        if name in filters:
            filters[name] = [datetime.datetime.fromisoformat(filters[name][0])]
    scope = scope_of(search.owner, filters)
    query = compiled(understood(search.text), scope.names).query
    hits, _ = opened.search(
        all_of([scope.within(query), any_document(documents)]), MOST_MATCHES, count=False
    )
    numbers = opened.column("number", [address for _, address in hits])
    return {
        (opened.entry(address)[0], number)
        for (_, address), number in zip(hits, numbers, strict=True)
    }


def _new(found: set[tuple[uuid.UUID, int]], since: datetime.datetime) -> set[tuple[uuid.UUID, int]]:
    """Those whose text came after the search; a document that was not read: itself."""
    ids = {document for document, _ in found}
    new = {
        (document, number)
        for document, number, read, corrected in Page.objects.filter(
            document__in=ids, number__in={number for _, number in found}
        ).values_list(
            "document_id",
            "number",
            "current_reading__created_at",
            "current_revision__created_at",
        )
        if (corrected or read or since) > since
    }
    young = Document.objects.filter(id__in=ids, created_at__gt=since)
    return new | {(document, COVER) for document in young.values_list("id", flat=True)}


def _note(search: SavedSearch, document_id: uuid.UUID, number: int) -> None:
    try:
        with transaction.atomic():
            document = Document.objects.get(id=document_id)
            _, first = SavedSearchMatch.objects.get_or_create(
                search=search, document=document, page=number
            )
            if first:
                events.record(
                    EventKind.MATCHED, document, search=str(search.id), page=number or None
                )
    except (Document.DoesNotExist, IntegrityError):
        return  # purged, or the search deleted, this very moment
