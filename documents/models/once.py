"""Requests that a client may repeat without their happening twice (`Idempotency-Key`)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class OnceRequest(models.Model):
    """`key`: the hash of what the client called the request; `fingerprint`: of what it sent.

    `status` is null while the request is answered, else the answer's, with its `body` and
    `location`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="one_request_per_key_of_a_user"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
