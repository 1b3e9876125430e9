"""A label that a team gives to its documents."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.team import Team


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="tags", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ("name",)
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="one_tag_per_name_in_a_team"),
        )

    def __str__(self) -> str:
        return self.name
