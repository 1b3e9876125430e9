"""From the admin to the review desk: by a link on each document, and at the addresses that the
queue had here before."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

#: The list's query that showed the queue.
_PARAMETER, _TO_REVIEW = "queue", "review"
#: The list's filters that the queue has, too.
_SHARED = {"flag": "reason", "team": "team", "tag": "tag"}


def desk_url(document_id: uuid.UUID) -> str:
    return reverse("web:review-desk", args=[document_id])


def asks_for_queue(request: HttpRequest) -> bool:
    return request.GET.get(_PARAMETER) == _TO_REVIEW


def redirect_to_queue(request: HttpRequest) -> HttpResponse:
    """With the filters that the queue knows."""
    given = {ours: request.GET.get(name, "") for name, ours in _SHARED.items()}
    query = urlencode({name: value for name, value in given.items() if value})
    return redirect(reverse("web:review") + (f"?{query}" if query else ""))


def next_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The desk shows the document and leads on to the next."""
    return redirect(desk_url(document_id))
