"""A stand-in for paperless-ngx: the part of its REST API that a migration reads, as its docs/api.md
and its answers have it (pages with absolute `next`, ids in documents, DRF's errors)."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"


@dataclass
class PaperlessServer:
    """`files`: by document id. `busy`: how many downloads are answered 503 first. `asked`: the
    paths of all requests."""

    tags: dict[int, str] = field(default_factory=dict)
    correspondents: dict[int, str] = field(default_factory=dict)
    document_types: dict[int, str] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    busy: int = 0
    asked: list[str] = field(default_factory=list)

    def add(self, content: bytes, **fields: Any) -> int:
        number = len(self.documents) + 1
        row = {
            "id": number,
            "correspondent": None,
            "document_type": None,
            "storage_path": None,
            "title": f"Document {number}",
            "content": "what it read",
            "tags": [],
            "created": "2023-05-01",
            "created_date": "2023-05-01",
            "modified": "2024-01-02T03:04:05.678901+03:00",
            "added": "2024-01-02T03:04:05.678901+03:00",
            "deleted_at": None,
            "archive_serial_number": None,
            "original_file_name": f"scan {number}.pdf",
            "archived_file_name": f"Document {number}.pdf",
            "owner": 3,
            "user_can_change": True,
            "is_shared_by_requester": False,
            "notes": [],
            "custom_fields": [],
            "page_count": 1,
            "mime_type": "application/pdf",
            **fields,
        }
        self.documents.append(row)
        self.files[number] = content
        return number

    def start(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                self._send(*outer.answer(self.path, self.headers.get("Authorization", "")))

            def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
                self.send_response(status)
                all_headers = {"Content-Type": kind, "Content-Length": str(len(body)),
                               "X-Api-Version": "10", **headers}  # fmt: skip
                for name, value in all_headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, target: str, authorization: str) -> tuple[int, str, bytes]:
        if authorization != f"Token {TOKEN}":
            return _json({"detail": "Invalid token."}, 401)
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.strip("/").split("/")
        if len(path) == 4 and path[3] == "download":
            return self._download(int(path[2]), query)
        named = {
            kind: [{"id": number, "name": name, "slug": name.lower()}
                   for number, name in getattr(self, kind).items()]
            for kind in ("tags", "correspondents", "document_types")
        }  # fmt: skip
        rows = {"documents": self.documents, **named}.get(path[1]) if len(path) == 2 else None
        if rows is None:
            return _json({"detail": "Not found."}, 404)
        return _json(self._page(parts.path, rows, query))

    def _page(self, path: str, rows: list[Any], query: dict[str, str]) -> dict[str, Any]:
        number, size = int(query.get("page", 1)), int(query.get("page_size", 25))
        # At most two, so that few documents have pages; and it names itself as it thinks it is
        # reached.
        size = min(size, 2)
        more = number * size < len(rows)
        following = urlencode({**query, "page": number + 1})
        return {
            "count": len(rows),
            "next": f"http://paperless.internal:8000{path}?{following}" if more else None,
            "previous": None,
            "all": [row["id"] for row in rows],
            "results": rows[(number - 1) * size : number * size],
        }

    def _download(self, number: int, query: dict[str, str]) -> tuple[int, str, bytes]:
        if self.busy:
            self.busy -= 1
            return 503, "text/html", b"<h1>Service Unavailable</h1>"
        if number not in self.files or query.get("original") != "true":
            return _json({"detail": "Not found."}, 404)
        return 200, "application/pdf", self.files[number]


def _json(data: Any, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(data).encode()
