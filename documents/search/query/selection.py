"""Which documents a filter selects: for changes and downloads of all that match, by every door."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from documents.models import User
from documents.search.query.document_filters import filter_documents

#: Documents of one selection.
MOST_SELECTED = 10_000


@dataclass(frozen=True)
class Selection:
    """`ids`: in their order; `more`: others match, too."""

    ids: list[uuid.UUID]
    more: bool


def select_documents(
    user: User,
    filters: Mapping[str, Sequence[object]],
    ordering: str,
    *,
    most: int = MOST_SELECTED,
) -> Selection:
    """The first `most` documents that `user` sees and that match, as `filter_documents` says.

    `ordering`: a column of documents, with "-" for the largest first; equal ones by their id.
    """
    sign = "-" if ordering.startswith("-") else ""
    documents = filter_documents(user, filters).order_by(ordering, f"{sign}id")
    ids = list(documents.values_list("id", flat=True)[: most + 1])
    return Selection(ids[:most], len(ids) > most)
