"""Pages of a list of documents that cost the same wherever they are: each begins after the last row
of the one before, which its cursor names."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import uuid
from dataclasses import dataclass

from django.db.models import Q

from documents.models import Document
from documents.models.document import DocumentQuerySet


@dataclass(frozen=True)
class ListPage:
    """`next`: the cursor of the page that follows, "" after the last."""

    documents: list[Document]
    next: str


def take_page(documents: DocumentQuerySet, ordering: str, cursor: str, size: int) -> ListPage:
    """`ordering`: `created_at` or `title`, "-" for the largest first. A cursor that is none, or
    of another ordering, begins at the beginning."""
    name = ordering.removeprefix("-")
    sign = "-" if ordering.startswith("-") else ""
    after = _parse(cursor, ordering)
    if after is not None:
        value, last_id = after
        than = "lt" if sign else "gt"
        # The first condition is implied by the second; an index can start from it.
        documents = documents.filter(
            Q(**{f"{name}__{than}e": value})
            & (Q(**{f"{name}__{than}": value}) | Q(**{f"id__{than}": last_id}))
        )
    found = list(documents.order_by(f"{sign}{name}", f"{sign}id")[: size + 1])
    more = len(found) > size
    return ListPage(found[:size], _dump(found[size - 1], ordering) if more else "")


def _dump(document: Document, ordering: str) -> str:
    value = getattr(document, ordering.removeprefix("-"))
    text = value.isoformat() if isinstance(value, datetime.datetime) else value
    packed = json.dumps([ordering, text, document.id.hex], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _parse(cursor: str, ordering: str) -> tuple[object, uuid.UUID] | None:
    try:
        of, value, last_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if of != ordering or not isinstance(value, str) or "\0" in value:
            return None
        moment = datetime.datetime.fromisoformat(value) if "created_at" in of else None
        if moment is not None and moment.tzinfo is None:
            return None
        return (value if moment is None else moment), uuid.UUID(last_id)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return None
