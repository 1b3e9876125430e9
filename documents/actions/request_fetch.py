"""Have a file fetched from an address, by a background worker: the network may be slow."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.asked_for import refuse_wrong_wishes
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Fetch, FetchStatus, Team, User
from documents.outside.addresses import check_url
from documents.signals import announce, tasks_waiting

#: Among the fields of a fetch or an upload in pieces: the document whose place the file takes.
REPLACES = "replaces"
#: Fetches that one user may have waiting.
MOST_WAITING = 1000


def request_fetch(
    url: str, *, actor: User, team_id: uuid.UUID | None, fields: Mapping[str, Any]
) -> Fetch:
    """`fields`: what `upload` takes beside the file and the team.

    Raises InvalidRequest (the address, or too many wait), NotFound or NotAllowed (the team).
    """
    check_url(url, field="source_url")
    team = access.team_for_upload(actor, team_id)
    refuse_wrong_wishes(team, fields)
    return _queue(url, team, fields, actor)


def request_edition_fetch(
    url: str, document_id: uuid.UUID, *, actor: User, fields: Mapping[str, Any]
) -> Fetch:
    """As `request_fetch`, for a file that takes the place of the document. `fields`: `filename`.

    Raises InvalidRequest, NotFound, NotAllowed, InTrash, Replaced.
    """
    check_url(url, field="source_url")
    access.require(actor, Ability.UPLOAD, document_id)
    document = access.require(actor, Ability.EDIT, document_id)
    document.refuse_if_closed()
    return _queue(url, document.team, {**fields, REPLACES: str(document_id)}, actor)


def _queue(url: str, team: Team, fields: Mapping[str, Any], actor: User) -> Fetch:
    if Fetch.objects.filter(user=actor, status=FetchStatus.WAITING).count() >= MOST_WAITING:
        message = Message("At most {most} files can wait to be fetched.", most=MOST_WAITING)
        raise InvalidRequest.for_field("source_url", message)
    with transaction.atomic():
        fetch = Fetch.objects.create(user=actor, team=team, url=url, fields=dict(fields))
        announce(tasks_waiting)
    return fetch
