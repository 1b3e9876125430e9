"""The audit as a CSV file, for spreadsheets: streamed, so that its length costs no memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from documents.audit.words import describe
from documents.models import AuditEntry
from documents.text.timestamps import iso_time

COLUMNS = ("time", "person", "team", "kind", "what", "document", "title", "details", "in words")
#: Entries fetched at a time.
_BATCH = 1000
#: A spreadsheet would take a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv.writer writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line


def iterate_csv(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), the header first; a byte order mark for Excel. Times are UTC."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=_BATCH):
        yield writer.writerow([_harmless(value) for value in _values(entry)])


def _values(entry: AuditEntry) -> tuple[Any, ...]:
    return (
        iso_time(entry.at),
        entry.username,
        entry.team.name if entry.team else "",
        entry.kind,
        entry.what,
        entry.document_id or "",
        entry.title,
        ", ".join(f"{name}: {value}" for name, value in entry.data.items()),
        describe(entry),
    )


def _harmless(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
