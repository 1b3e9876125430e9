"""The report of a batch: each object, what came of it, its document, pages, confidence, error."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.db.models import Count

from documents.models import Batch, BatchObject, ObjectStatus
from documents.text.timestamps import iso_time

REPORT_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
COLUMNS = (
    "key", "size", "etag", "status", "duplicate", "document", "pages", "confidence", "error_code",
    "error", "results", "missing",
)  # fmt: skip
_BATCH = 500


def report_key(batch: Batch, kind: str) -> str:
    return f"{batch.target}batch-{batch.id}.{kind}"


def count_objects(batch: Batch) -> dict[str, int]:
    """How many objects there are in each state, by its name; zeros too."""
    rows = batch.objects_taken.order_by().values_list("status").annotate(n=Count("id"))
    return dict.fromkeys(ObjectStatus.values, 0) | dict(rows)


def object_data(each: BatchObject) -> dict[str, Any]:
    """`pages`: how many were read. `results`: keys in the bucket."""
    return {
        "key": each.key,
        "size": each.size,
        "etag": each.etag or None,
        "status": each.status,
        "duplicate": each.duplicate,
        "document": str(each.document_id) if each.document_id else None,
        "pages": each.pages,
        "confidence": each.confidence,
        "error": (
            {"code": each.error_code, "detail": each.error_detail} if each.error_code else None
        ),
        "results": each.results,
        "missing": each.missing,
    }


def iterate_objects(batch: Batch) -> Iterator[BatchObject]:
    """All, in the order of their rows; a few in memory at a time, and no query open meanwhile."""
    last = 0
    while rows := list(batch.objects_taken.filter(id__gt=last).order_by("id")[:_BATCH]):
        last = rows[-1].pk
        yield from rows


def report_lines(batch: Batch) -> Iterator[bytes]:
    """The report as CSV (RFC 4180, UTF-8). No cell begins like a formula of a spreadsheet."""
    yield _csv_line(COLUMNS)
    for each in iterate_objects(batch):
        data = object_data(each)
        error = data.pop("error") or {"code": "", "detail": ""}
        flat = {
            **data,
            "error_code": error["code"],
            "error": error["detail"],
            "results": " ".join(each.results),
            "missing": " ".join(f"{kind}:{code}" for kind, code in sorted(each.missing.items())),
        }
        yield _csv_line([flat[name] for name in COLUMNS])


def write_report_file(batch: Batch, ended_at: datetime, kind: str, target: BinaryIO) -> None:
    if kind == "csv":
        target.writelines(report_lines(batch))
        return
    head = {
        "id": str(batch.id),
        "from": batch.source,
        "to": batch.target,
        "created_at": iso_time(batch.created_at),
        "finished_at": iso_time(ended_at),
        "counts": count_objects(batch),
    }
    target.write(f'{{"batch": {json.dumps(head, ensure_ascii=False)},\n"objects": ['.encode())
    for index, each in enumerate(iterate_objects(batch)):
        target.write(b",\n" if index else b"\n")
        target.write(json.dumps(object_data(each), ensure_ascii=False).encode())
    target.write(b"\n]}\n")


def _csv_line(values: Any) -> bytes:
    line = io.StringIO()
    cells = ["" if value is None else str(value) for value in values]
    safe = [f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells]
    csv.writer(line).writerow(safe)
    return line.getvalue().encode()
