"""A receiver of webhooks on loopback, and the worker that calls it."""

from __future__ import annotations

import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rest_framework.test import APIClient

from documents.actions.deliver import serve_next_webhook
from documents.models import MessageStatus, Team, WebhookMessage

URL = "/api/v1/webhooks/"
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


class Receiver(ThreadingHTTPServer):
    """`statuses`: what it answers next, 200 in the end. `got`: headers and bodies."""

    daemon_threads = True

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        answer = b"x" * 5000
        for name, value in {"Content-Length": str(len(answer)), **self.server.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


def make(api: APIClient, url: str, team: Team, *events: str) -> dict[str, Any]:
    body = {"url": url, "team": str(team.id)} | ({"events": list(events)} if events else {})
    answer = api.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def work() -> None:
    while serve_next_webhook():
        pass


def come_due() -> None:
    WebhookMessage.objects.filter(status=MessageStatus.PENDING).update(next_attempt_at=LONG_AGO)
