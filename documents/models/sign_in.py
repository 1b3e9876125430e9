"""Logging in: the attempts that count."""

from __future__ import annotations

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
