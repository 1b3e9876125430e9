"""An archive of paperless-ngx, read by its REST API (of every version from 1.5 on)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ocrsite_client.errors import OcrsiteError
from ocrsite_client.transport import Transport

_PAGE_SIZE = 100
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class PaperlessDocument:
    """`created`: the date on the document, ISO 8601, "" where there is none. `unkept`: what an
    archive without such fields can't hold, by name."""

    id: int
    title: str
    filename: str
    created: str
    tags: tuple[str, ...]
    correspondent: str
    document_type: str
    serial_number: str
    unkept: dict[str, Any] = field(default_factory=dict)


class Paperless:
    """`url`: where its pages are; `token`: from "My Profile" there."""

    def __init__(self, url: str, token: str, *, patience: float = 120.0) -> None:
        self._transport = Transport(url, token, patience=patience, scheme="Token")

    def close(self) -> None:
        self._transport.close()

    def documents(self) -> Iterator[PaperlessDocument]:
        """All that are not in its trash, in the order of their ids."""
        names = {kind: self._names(kind) for kind in ("tags", "correspondents", "document_types")}
        for row in self._rows("/api/documents/", ordering="id"):
            yield _describe(row, names)

    def count(self) -> int:
        answer = self._transport.request("GET", "/api/documents/", params={"page_size": 1})
        return int(answer.json()["count"])

    def download(self, document_id: int, target: Path) -> None:
        """The file as it was given to it. Raises OcrsiteError where it did not come whole."""
        answer = self._transport.request(
            "GET", f"/api/documents/{document_id}/download/", params={"original": "true"},
            headers={"Accept": "*/*", "Accept-Encoding": "identity"}, stream=True,
        )  # fmt: skip
        with answer, target.open("wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
            length = answer.headers.get("Content-Length", "")
            if length.isdigit() and file.tell() != int(length):
                raise OcrsiteError("the file broke off")

    def _names(self, kind: str) -> dict[int, str]:
        return {int(row["id"]): str(row["name"]) for row in self._rows(f"/api/{kind}/")}

    def _rows(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        given = {"page_size": _PAGE_SIZE, **parameters}
        answer = self._transport.request("GET", path, params=given).json()
        while True:
            yield from answer["results"]
            if not answer.get("next"):
                return
            # Behind a proxy it may name a host that is not reached from here; and the token goes
            # to no other than the one that was named.
            parts = urlsplit(answer["next"])
            answer = self._transport.request("GET", f"{path}?{parts.query}").json()


def _describe(row: dict[str, Any], names: dict[str, dict[int, str]]) -> PaperlessDocument:
    notes = [str(note.get("note", "")) for note in row.get("notes") or [] if isinstance(note, dict)]
    unkept = {"notes": notes, "custom_fields": row.get("custom_fields")}
    return PaperlessDocument(
        id=int(row["id"]),
        title=str(row.get("title") or ""),
        filename=str(row.get("original_file_name") or f"{row['id']}.pdf"),
        # A date since version 9 of the API, before that a time.
        created=str(row.get("created") or "")[:10],
        tags=tuple(names["tags"][each] for each in row.get("tags", []) if each in names["tags"]),
        correspondent=names["correspondents"].get(row.get("correspondent") or 0, ""),
        document_type=names["document_types"].get(row.get("document_type") or 0, ""),
        serial_number=str(row.get("archive_serial_number") or ""),
        unkept={name: value for name, value in unkept.items() if value},
    )
