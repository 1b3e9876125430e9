"""Files that are fetched from an address: what came of one."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import teams_of
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import FetchShape
from documents.api.views import ApiView
from documents.api.waiting import PREFER, wait_until_read
from documents.errors import NotFound
from documents.exports import links
from documents.messages import Message
from documents.models import Fetch, FetchStatus, TokenScope, User
from documents.text.timestamps import iso_time


class FetchView(ApiView):
    """For whoever asked for it, with the scope with which they did."""

    scopes = {"get": TokenScope.WRITE}

    @describe("Show what came of a fetch", {200: FetchShape}, headers=(PREFER,))
    def get(self, request: Request, fetch_id: uuid.UUID) -> Response:
        fetch = find_fetch(self.user, fetch_id)
        unfinished = fetch.status == FetchStatus.WAITING
        return wait_until_read(request, Response(fetch_data(fetch)), unfinished=unfinished)


def find_fetch(user: User, fetch_id: uuid.UUID) -> Fetch:
    """One of the user's own, in a team that they still see. Raises NotFound."""
    own = Fetch.objects.filter(user=user, team__in=teams_of(user))
    fetch = own.filter(id=fetch_id).first()
    if fetch is None:
        raise NotFound(Message("There is no fetch {fetch} here.", fetch=fetch_id))
    return fetch


def fetch_data(fetch: Fetch) -> dict[str, Any]:
    """`status`: waiting, done or failed; `document` when it is done."""
    document = fetch.document_id
    return {
        "id": str(fetch.id),
        "source_url": fetch.url,
        "status": fetch.status,
        "document": str(document) if document else None,
        "error": (
            {"code": fetch.error_code, "detail": fetch.error_detail} if fetch.error_code else None
        ),
        "created_at": iso_time(fetch.created_at),
        "links": {
            "self": links.fetch_url(fetch.id),
            "document": links.document_url(document) if document else None,
        },
    }
