"""Bring an archive of paperless-ngx here: files, titles, tags, correspondents, types and dates.

May be stopped and started again at any point: the report says what has arrived, and a file that was
sent twice is one document. Nothing is changed there.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ocrsite_client.client import Client
from ocrsite_client.errors import ApiError, OcrsiteError
from ocrsite_client.paperless import Paperless, PaperlessDocument

#: How much of a document's date becomes a tag: characters of ISO 8601.
DATES = {"day": 10, "month": 7, "year": 4, "none": 0}

#: Characters of a tag, and tags of a document, that the server takes.
_TAG_LENGTH, _MOST_TAGS, _TITLE_LENGTH = 100, 50, 500


class Report:
    """A file of one JSON object a line: what became of each document, the last line counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.arrived: dict[int, str] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                # A line that was being written when the power failed is no JSON.
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if entry.get("outcome") == "arrived":
                    self.arrived[entry["paperless"]["id"]] = entry["id"]

    def write(self, document: PaperlessDocument, outcome: str, **facts: Any) -> dict[str, Any]:
        entry = {"outcome": outcome, **facts, "paperless": asdict(document)}
        # It begins with a line's end where the last line has none.
        with self._path.open("ab+") as file:
            file.seek(0, 2)
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        return entry


def tags_of(document: PaperlessDocument, dates: str, more: list[str]) -> list[str]:
    """What a tag can keep of it: `from: Name`, `type: Name`, `dated: 2024-05-01`, `asn: 17`."""
    named = {
        "from": document.correspondent,
        "type": document.document_type,
        "dated": document.created[: DATES[dates]],
        "asn": document.serial_number,
    }
    tags = [*document.tags, *(f"{name}: {value}" for name, value in named.items() if value), *more]
    # The server takes a comma for the end of a name.
    cut = (" ".join(tag.replace(",", ";").split())[:_TAG_LENGTH] for tag in tags)
    return list(dict.fromkeys(tag for tag in cut if tag))[:_MOST_TAGS]


def migrate(
    source: Paperless, target: Client, report: Report, *, dates: str = "day",
    tags: list[str] | None = None, team: str = "", dry_run: bool = False,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """An entry of the report for each document: `outcome` is arrived, known (an earlier run brought
    it), planned (a dry run) or failed. Raises ApiError where nobody is logged in, ConnectionFailed.
    """
    with tempfile.TemporaryDirectory(prefix="ocrsite-") as folder:
        for document in source.documents():
            if document.id in report.arrived:
                known = report.arrived[document.id]
                yield {"outcome": "known", "id": known, "paperless": asdict(document)}
                continue
            wanted = tags_of(document, dates, tags or [])
            if dry_run:
                yield {"outcome": "planned", "tags": wanted, "paperless": asdict(document)}
                continue
            # Under its own name, which is how the server learns of it.
            name = Path(document.filename.replace("\\", "/")).name.lstrip(".") or "file"
            path = Path(folder) / name.encode()[-200:].decode(errors="ignore")
            try:
                source.download(document.id, path)
                made = target.upload(path, title=document.title[:_TITLE_LENGTH], team=team)
                # Apart from the upload: where the file was here already, its tags stay.
                every = list(dict.fromkeys([*made["tags"], *wanted]))[:_MOST_TAGS]
                if set(every) != set(made["tags"]):
                    made = target.change(made["id"], tags=every)
            except (OcrsiteError, OSError) as error:
                if isinstance(error, ApiError) and error.status in (401, 403):
                    raise
                yield report.write(document, "failed", error=str(error))
                continue
            finally:
                path.unlink(missing_ok=True)
            yield report.write(document, "arrived", id=made["id"], tags=made["tags"])
