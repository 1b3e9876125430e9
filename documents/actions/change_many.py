"""One change for many documents: each in a transaction of its own, with an outcome of its own.

Nothing is half-applied in silence: whoever reads the outcomes knows of every document whether it
was changed, needed no change, or why it was refused. A caller that stops reading stops the change.
Memory does not grow with the number of documents.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from functools import partial

from documents.actions.parse_change import Change
from documents.errors import ArchiveError, InvalidRequest
from documents.messages import Message
from documents.models import Document, User

#: Documents that one change may name.
MOST_DOCUMENTS = 10_000


@dataclass(frozen=True)
class Outcome:
    """`document`: None where it was refused, with the `error`. `changed`: False where there was
    nothing to do."""

    id: uuid.UUID
    document: Document | None
    changed: bool
    error: ArchiveError | None = None


def change_many(
    ids: Collection[uuid.UUID], change: Change, *, actor: User, first: int = 1
) -> Generator[Outcome, None, None]:
    """Apply the change to each document, in this order; yield what came of it.

    `first`: the number of the first document, for titles that count, where a client sends a
    selection in parts. Every document is checked on its own: whether `actor` may do this to it.
    Raises InvalidRequest, before anything is changed, for more than MOST_DOCUMENTS.
    """
    refuse_too_many(len(ids))
    return _change_each(ids, change, actor, first)


def _change_each(
    ids: Collection[uuid.UUID], change: Change, actor: User, first: int
) -> Generator[Outcome, None, None]:
    seen: set[uuid.UUID] = set()
    number = first
    for document_id in ids:
        if document_id in seen:
            continue
        seen.add(document_id)
        apply = partial(change.apply, number=number, actor=actor)
        yield change_one(document_id, apply)
        number += 1


def change_one(document_id: uuid.UUID, action: Callable[[uuid.UUID], Document]) -> Outcome:
    """The outcome of one action on one document; the action checks who may do it."""
    before = Document.objects.filter(id=document_id).values_list("version", flat=True).first()
    try:
        after = action(document_id)
    except ArchiveError as error:
        return Outcome(document_id, None, False, error)
    # An action that changes the document makes a new version.
    return Outcome(document_id, after, after.version != before)


def refuse_too_many(count: int) -> None:
    """Raises InvalidRequest for more documents than one change may have."""
    if count > MOST_DOCUMENTS:
        raise InvalidRequest.for_field(
            "documents",
            Message("At most {most} documents can be changed at once.", most=MOST_DOCUMENTS),
        )
