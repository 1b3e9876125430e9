"""Documents by words of their title or file name, in any case and any script."""

from __future__ import annotations

import re

from django.db import connections
from django.db.models import Q, QuerySet

from documents.models import Document

#: Nobody remembers more words of a title; each costs a look at every title.
MOST_WORDS = 8


def titled(documents: QuerySet[Document], text: str) -> QuerySet[Document]:
    """Those that have each word of `text` somewhere in their title or file name."""
    # SQLite's LIKE folds the case of ASCII only; its REGEXP is Python's, which folds all.
    sqlite = connections[documents.db].vendor == "sqlite"
    lookup = "iregex" if sqlite else "icontains"
    for word in text.split()[:MOST_WORDS]:
        wanted = re.escape(word) if sqlite else word
        documents = documents.filter(
            Q(**{f"title__{lookup}": wanted}) | Q(**{f"filename__{lookup}": wanted})
        )
    return documents
