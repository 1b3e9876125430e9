"""A reviewer asks for the next document of the queue."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from documents.actions.lease_review import lease_review
from documents.errors import BeingReviewed, InTrash, NotAllowed, NotFound
from documents.models import Document, User
from documents.review.queue import free_for, iter_in_order

#: Documents tried; so many others are taking the same ones at this moment.
_MOST_TRIES = 20


def lease_next_review(
    queue: QuerySet[Document], *, actor: User, after: uuid.UUID | None = None
) -> Document | None:
    """Lease the first document of `queue` that `actor` may have: what is assigned to them first,
    then the least trusted. None where there is none.

    `queue`: documents to review that `actor` sees. `after`: the document that they come from, which
    they do not get again; those before it are passed over as long as others are left.
    """
    for document_id in iter_in_order(free_for(actor, queue), actor, after, _MOST_TRIES):
        try:
            return lease_review(document_id, actor=actor)
        except (BeingReviewed, NotFound, NotAllowed, InTrash):
            continue  # it was free a moment ago
    return None
