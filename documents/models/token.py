"""Tokens: keys with which programs act for a user, and what each of them may do."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TokenScope(models.TextChoices):
    """What a token may do of what its user may. None includes another."""

    READ = "read", _("reading")
    WRITE = "write", _("writing")
    REVIEW = "review", _("reviewing")
    ADMIN = "admin", _("administering")


@dataclass(frozen=True)
class TokenLimits:
    """What a request with a token is limited to: `teams` are ids; None for all of the user's.
    `name`: of the token, or how its key begins; `token_id`: by which clients name it."""

    scopes: frozenset[str]
    teams: frozenset[uuid.UUID] | None
    expires_at: datetime.datetime
    name: str = ""
    token_id: uuid.UUID | None = None


def all_scopes() -> list[str]:
    return list(TokenScope.values)


class ApiToken(models.Model):
    """A token of a user. Only the hash of its key is stored; `prefix` is how the key begins.

    It is valid until `expires_at`, unless it is revoked, for as long as the user is active and has
    the same `log_in_key`. `name` is empty where a log-in made it. `team_ids` are the ids of the
    teams it is bound to, none for all of the user's; an id stays when its team is deleted, so that
    the token never widens. `last_used_at` is exact to a minute.
    """

    #: By which clients name it.
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("begins with"), max_length=12, blank=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="tokens",
        verbose_name=_("user"),
    )
    log_in_key = models.CharField(max_length=22, editable=False)
    name = models.CharField(_("name"), max_length=100, blank=True)
    scopes = models.JSONField(_("scopes"), default=all_scopes)
    team_ids = models.JSONField(_("teams"), default=list)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return self.name or self.prefix

    @property
    def limits(self) -> TokenLimits:
        teams = frozenset(map(uuid.UUID, self.team_ids)) if self.team_ids else None
        return TokenLimits(
            frozenset(self.scopes), teams, self.expires_at, str(self), self.public_id
        )

    @property
    def ended_at(self) -> datetime.datetime | None:
        """When it was revoked or expired; None while neither has happened."""
        if self.revoked_at is not None:
            return self.revoked_at
        return self.expires_at if self.expires_at <= timezone.now() else None
