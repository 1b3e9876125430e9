"""Find documents by words of their title or file name, in any case and script."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db import connections
from django.db.models import Q, QuerySet

from documents.models import Document

_Documents = TypeVar("_Documents", bound=QuerySet[Document])

#: More words are ignored: each costs a scan of all titles.
MAX_WORDS = 8


def filter_by_title(documents: _Documents, text: str) -> _Documents:
    """Keep documents that have every word of `text` in their title or file name."""
    # SQLite's LIKE ignores the case of ASCII only; its REGEXP is Python's, of all letters.
    sqlite = connections[documents.db].vendor == "sqlite"
    lookup = "iregex" if sqlite else "icontains"
    for word in text.split()[:MAX_WORDS]:
        wanted = re.escape(word) if sqlite else word
        documents = documents.filter(
            Q(**{f"title__{lookup}": wanted}) | Q(**{f"filename__{lookup}": wanted})
        )
    return documents
