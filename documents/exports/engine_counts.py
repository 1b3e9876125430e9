"""Which engines read a document, with their versions: by the readings that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Coalesce

from documents.models import Document


def count_engines(document: Document) -> list[dict[str, Any]]:
    """As `Document.engines`, from the pages as they are now. Reads no layout."""
    name, version = (
        Coalesce(f"current_revision__based_on__{field}", f"current_reading__{field}")
        for field in ("engine", "engine_version")
    )
    rows = document.pages.order_by().values(name=name, version=version).annotate(n=Count("id"))
    return [
        {"engine": row["name"], "version": row["version"], "pages": row["n"]}
        for row in rows.order_by("-n", "name", "version")
        if row["name"]
    ]


def describe_system(document: Document) -> str:
    """The product and what read the document, as files say it of themselves."""
    return "; ".join(
        [f"ocrsite {settings.OCRSITE_VERSION}", *name_engines(count_engines(document))]
    )


def name_engines(engines: Iterable[Mapping[str, Any]]) -> list[str]:
    """`Document.engines` as names with versions: ["tesseract 5.5.4 rus+eng"]."""
    return [f"{each['engine']} {each['version']}".strip() for each in engines]
