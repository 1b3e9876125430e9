"""What search needs of the database: what has changed, in an order that can be followed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.deconstruct import deconstructible


@deconstructible(path="documents.models.search.CurrentTransaction")
class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row (PostgreSQL); 0 where there is one writer
    at a time, whose rows are numbered in the order of their commits (SQLite)."""

    function = "txid_current"
    allowed_default = True
    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return "0", []


class SearchChange(models.Model):
    """Something about a document, or the text of one of its pages, is not what it was.

    Written in the transaction that changed it. No foreign key: of a purged document this is what
    is left. Old rows are removed; an index that needed them is built anew.
    """

    document_id = models.UUIDField()
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), db_index=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.id}: {self.document_id}"
