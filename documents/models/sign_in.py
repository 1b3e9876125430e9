"""Logging in: the attempts that count, and the tokens that it returns."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class LogInCounter(models.Model):
    """How often logging in has failed lately, for one account, address, place or device.

    `key` is a keyed hash: a name that somebody typed may have been a password. `failures` is the
    number as of `counted_at`; it decays (documents/sign_in/throttle.py). `waits_until`: when the
    next attempt may come, as the last one was told.
    """

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.FloatField(default=0.0)
    counted_at = models.DateTimeField(default=timezone.now, db_index=True)
    waits_until = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.failures:.1f}"


class ApiToken(models.Model):
    """A token that a log-in returned. Only the hash of its key is stored.

    It is valid until `expires_at`, for as long as the user is active and has the same `log_in_key`.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    log_in_key = models.CharField(max_length=22)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"a token of {self.user_id}, until {self.expires_at}"
