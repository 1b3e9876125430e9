"""One doubtful word in many documents: what a group pass asks about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from documents.models import Document, PageDoubt

#: Words that are offered, those of most documents first.
MOST_GROUPS = 60
#: Places of one word that are shown at once.
MOST_PLACES = 48


@dataclass(frozen=True)
class Group:
    """The same words with the same second reading (None: without one), in doubt in several
    documents."""

    text: str
    other: str | None
    documents: int
    places: int


def find_groups(queue: QuerySet[Document]) -> list[Group]:
    """The doubts that at least two documents of `queue` share."""
    rows = (
        PageDoubt.objects.filter(page__document__in=queue.order_by().values("id"))
        .values("text", "other")
        .annotate(documents=Count("page__document", distinct=True), places=Count("id"))
        .filter(documents__gte=2)
        .order_by("-documents", "text", "other")
    )
    return [Group(**row) for row in rows[:MOST_GROUPS]]


def find_places(queue: QuerySet[Document], text: str, other: str | None) -> list[PageDoubt]:
    """The rows of one group, with their pages' texts and documents, at most `MOST_PLACES`."""
    rows = PageDoubt.objects.filter(
        page__document__in=queue.order_by().values("id"), text=text, other=other
    ).select_related("page__document", "page__current_reading", "page__current_revision__based_on")
    return list(rows.order_by("page__document", "page__number", "id")[:MOST_PLACES])
