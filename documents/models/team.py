"""People and the teams that own everything in the archive."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from documents.models.token import TokenLimits

#: The first team of every archive. Fixed, so that a restored copy and a fresh start agree on it.
FIRST_TEAM_ID = uuid.UUID("0c51e000-0000-4000-8000-000000000001")


#: Two years.
DEFAULT_AUDIT_DAYS = 730


def make_log_in_key() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


class User(AbstractUser):
    """A person or a program that logs in. Superusers see every team.

    Sessions, tokens and known devices are bound to `log_in_key`: with a new key all of them end. A
    new password or a deactivation brings a new key; a stronger hash of the same password does not.
    """

    log_in_key = models.CharField(max_length=22, default=make_log_in_key, editable=False)
    #: Whether the password was made by the archive and has been shown in a log: to be replaced.
    has_generated_password = models.BooleanField(default=False, editable=False)

    #: Of the token that this request came with; None for a person with a session. `access` obeys
    #: them. Not stored: a user who is read again has none, so pass on the one of the request.
    limits: TokenLimits | None = None

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def display_name(self) -> str:
        """The person's full name where they have entered one, else the user name."""
        return self.get_full_name() or self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.log_in_key = make_log_in_key()
        self.has_generated_password = False

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self.log_in_key = make_log_in_key()

    def check_password(self, raw_password: str) -> bool:
        """Whether it is the password. Hashes are upgraded by logging in (actions/log_in.py)."""
        return check_password(raw_password, self.password)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if not self.is_active:
            self.log_in_key = make_log_in_key()
        if update_fields is not None and {"password", "is_active"} & set(update_fields):
            update_fields = {*update_fields, "log_in_key", "has_generated_password"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is compared with at each request (Django's hook)."""
        return salted_hmac(
            "documents.sessions", self.log_in_key, secret=secret, algorithm="sha256"
        ).hexdigest()


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may (see `access`)."""

    READER = "reader", _("reader")
    REVIEWER = "reviewer", _("reviewer")
    MANAGER = "manager", _("manager")


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    #: Days after which a document in the trash is deleted for good; None: never by itself.
    trash_days = models.PositiveIntegerField(_("days in the trash"), null=True, editable=False)
    #: A rule that is new deletes nothing before this: time to take it back.
    trash_rule_from = models.DateTimeField(null=True, editable=False)
    #: Days for which the audit is kept.
    audit_days = models.PositiveIntegerField(
        _("days of the audit"), default=DEFAULT_AUDIT_DAYS, editable=False
    )
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
