"""People and the teams that own everything in the archive."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

#: The first team of every archive. Fixed, so that a restored copy and a fresh start agree on it.
FIRST_TEAM_ID = uuid.UUID("0c51e000-0000-4000-8000-000000000001")


class User(AbstractUser):
    """A person or a program that logs in. Superusers see every team."""

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def display_name(self) -> str:
        """The person's full name where they have entered one, else the user name."""
        return self.get_full_name() or self.username


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may (see `access`)."""

    READER = "reader", _("reader")
    REVIEWER = "reviewer", _("reviewer")
    MANAGER = "manager", _("manager")


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("team")
    )
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.REVIEWER)
    is_default = models.BooleanField(
        _("default team"),
        default=False,
        help_text=_("Uploads that name no team go here."),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(fields=("team", "user"), name="one_membership_per_team"),
            models.UniqueConstraint(
                fields=("user",),
                condition=models.Q(is_default=True),
                name="one_default_team_per_user",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} – {self.team}"
