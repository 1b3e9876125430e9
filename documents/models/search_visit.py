"""When a person last saw what a saved search has found."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from documents.models.search import SavedSearch


class SavedSearchVisit(models.Model):
    """Matches that are younger than `seen_at` are new to the person."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("search", "user"), name="one_visit_per_search_and_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.search_id}: {self.user_id} ({self.seen_at})"
