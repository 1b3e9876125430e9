"""The tags of many documents at once."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from documents.models.document import Document


def load_tag_names(documents: Iterable[Document]) -> dict[uuid.UUID, list[str]]:
    """The names of their tags in alphabetical order, by document; one query. (Django's
    `prefetch_related` makes a query set for each row, which costs more than the rest of a list.)"""
    ids = [document.pk for document in documents]
    found = Document.tags.through.objects.filter(document_id__in=ids).order_by("tag__name")
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    for document_id, name in found.values_list("document_id", "tag__name"):
        names[document_id].append(name)
    return names
