"""A lease with a fencing token: the right to work on a row, until it expires.

The token rises with every lease, so that whatever an earlier holder still sends can be refused.
A lease that its holder does not renew in time may be taken by another process.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class LeaseFields:
    """A lease in the fields `<name>_token` and `<name>_expires_at` of a model.

    `duration` is how long a lease lasts unrenewed. `take`, `renew`, `release`, `end_all` and
    `revoke_all` are one UPDATE each. `grant`, `end` and `revoke` change a row that the caller has
    locked and saves.
    """

    name: str
    duration: datetime.timedelta

    @property
    def token(self) -> str:
        return f"{self.name}_token"

    @property
    def expires_at(self) -> str:
        return f"{self.name}_expires_at"

    def is_free(self) -> Q:
        """The rows that no holder has now."""
        return Q(**{self.expires_at: None}) | Q(**{f"{self.expires_at}__lt": timezone.now()})

    def is_held(self, token: int) -> Q:
        """The row whose last lease is this one, expired or not, and has not been ended."""
        return Q(**{self.token: token, f"{self.expires_at}__isnull": False})

    def take(self, row: QuerySet[Any]) -> int | None:
        """Lease the one row of `row` if it is free. Returns the token, None where it is held."""
        taken = row.filter(self.is_free()).update(
            **{self.token: F(self.token) + 1, self.expires_at: self._expiry()}
        )
        return row.values_list(self.token, flat=True).get() if taken else None

    def renew(self, row: QuerySet[Any], token: int) -> bool:
        """Extend the lease. Returns False where it is lost."""
        return bool(row.filter(self.is_held(token)).update(**{self.expires_at: self._expiry()}))

    def release(
        self,
        row: QuerySet[Any],
        token: int,
        *,
        free_at: datetime.datetime | None = None,
        **changes: Any,
    ) -> bool:
        """End the lease, from `free_at` on (None: now), and apply `changes` to the row.

        Returns False, and changes nothing, where the lease is lost.
        """
        held = row.filter(self.is_held(token))
        return bool(held.update(**{self.expires_at: free_at, **changes}))

    def end_all(self, rows: QuerySet[Any]) -> int:
        """End the leases of all holders, who are known to be gone. Returns their number."""
        return rows.filter(**{f"{self.expires_at}__isnull": False}).update(
            **{self.expires_at: None}
        )

    def revoke_all(self, rows: QuerySet[Any], **changes: Any) -> int:
        """Refuse whatever the last holders still send; apply `changes`. Returns the number of
        rows."""
        return rows.update(**{self.token: F(self.token) + 1, self.expires_at: None, **changes})

    def grant(self, row: Model) -> None:
        self.revoke(row)
        setattr(row, self.expires_at, self._expiry())

    def end(self, row: Model) -> None:
        setattr(row, self.expires_at, None)

    def revoke(self, row: Model) -> None:
        setattr(row, self.token, getattr(row, self.token) + 1)
        self.end(row)

    def _expiry(self) -> datetime.datetime:
        return timezone.now() + self.duration


def lock_first(rows: QuerySet[Row]) -> Row | None:
    """The first of `rows` that nobody else has locked, locked until the transaction ends."""
    return rows.select_for_update(skip_locked=True, of=("self",)).first()


class Leased(models.Model):
    """A row that one process at a time works on: the fields of `LeaseFields("lease", ...)`."""

    lease_token = models.PositiveBigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
