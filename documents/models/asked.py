"""What was asked for when a document was uploaded, beside its engine: pages, version, priority."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Priority(models.IntegerChoices):
    """How soon a document is read; stored as a number, called by its name everywhere else."""

    LOW = -1, _("low")
    NORMAL = 0, _("normal")
    HIGH = 1, _("high")

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str) -> Priority:
        """Raises KeyError."""
        return cls[word.upper()]


#: The names by which the API knows them.
PRIORITY_WORDS = tuple(priority.word for priority in Priority)


class Asked(models.Model):
    """The columns of `Document` that say what it was asked for. `requested_pages`: ranges as
    "1,3-7"; "" for all pages. `requested_engine_version`: see `engines_field.read_by`."""

    priority = models.SmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL, editable=False
    )
    requested_pages = models.TextField(blank=True, default="", editable=False)
    requested_engine_version = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        abstract = True
