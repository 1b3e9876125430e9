"""Have a file fetched from an address, by a background worker: the network may be slow."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from documents import access
from documents.actions.asked_for import refuse_wrong_wishes
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Fetch, FetchStatus, User
from documents.outside.addresses import check_url
from documents.signals import announce, tasks_waiting

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
    if Fetch.objects.filter(user=actor, status=FetchStatus.WAITING).count() >= MOST_WAITING:
        message = Message("At most {most} files can wait to be fetched.", most=MOST_WAITING)
        raise InvalidRequest.for_field("source_url", message)
    with transaction.atomic():
        fetch = Fetch.objects.create(user=actor, team=team, url=url, fields=dict(fields))
        announce(tasks_waiting)
    return fetch
