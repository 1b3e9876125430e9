"""How a version of an engine read reviewed pages, beside the engine in use."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.engines.names import EngineName

#: Fewer pages prove nothing: the result is kept, and neither holds an engine back nor releases it.
LEAST_PAGES = 10


class EngineComparisonQuerySet(models.QuerySet["EngineComparison"]):
    def newest_of(self, engine: str, version: str) -> EngineComparison | None:
        """The last one in which this version was on trial, on pages enough to decide."""
        return self.filter(engine=engine, version=version, pages__gte=LEAST_PAGES).first()

    def find_held(self, engine: str, version: str) -> EngineComparison | None:
        """Why `auto` does not take this version; None where it may."""
        found = self.newest_of(engine, version)
        return found if found is not None and found.is_held else None


class EngineComparison(models.Model):
    """Two engines on the same pages; never changed but for the approval.

    `engine` was on trial, `used_engine` is the one in use. Scores are word F1, 0 to 1, the mean of
    the pages; seconds are for all pages. `results` has a row for each page: document, its title,
    page, the engine whose reading was approved as it was ("": it was corrected), and a list of both
    engines' f1, seconds, flags, disputes and error.
    """

    at = models.DateTimeField(default=timezone.now)
    engine = models.CharField(max_length=20)
    version = models.CharField(max_length=100)
    used_engine = models.CharField(max_length=20)
    used_version = models.CharField(max_length=100)
    pages = models.PositiveIntegerField()
    f1 = models.FloatField()
    used_f1 = models.FloatField()
    seconds = models.FloatField()
    used_seconds = models.FloatField()
    #: Whether it was worse by more than the margin that was set then.
    is_worse = models.BooleanField()
    results = models.JSONField(default=list)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = EngineComparisonQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("engine", "version", "-at"), name="comparisons_of_version"),
        )

    def __str__(self) -> str:
        return f"{self.engine} {self.version}: {self.f1:.3f}"

    @property
    def percent(self) -> float:
        return 100 * self.f1

    @property
    def used_percent(self) -> float:
        return 100 * self.used_f1

    @property
    def seconds_a_page(self) -> float:
        return self.seconds / self.pages

    @property
    def used_seconds_a_page(self) -> float:
        return self.used_seconds / self.pages

    @property
    def is_held(self) -> bool:
        """Whether `auto` waits for an administrator. It never takes another package's engine."""
        return self.is_worse and self.approved_at is None and self.engine in list(EngineName)
