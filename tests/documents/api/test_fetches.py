"""`source_url`: a background worker fetches the file, and calls no hidden address."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions import fetch as fetching
from documents.actions.fetch import claim_fetch, forget_old_fetches, run_fetch
from documents.files.storage import archive
from documents.http.ask_again import HEADER
from documents.models import Document, Fetch, FetchStatus, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_document, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgresql,
    pytest.mark.usefixtures("media"),
]

PDF = b"%PDF-1.4 fetched"


class Server(ThreadingHTTPServer):
    """Answers what a test puts into `answers`, by path: status, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """On this machine, which the archive may call here."""
    settings.OCRSITE_CALL_ALLOWED = (ipaddress.ip_network("127.0.0.1/32"),)
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def request(api: APIClient, url: str, **fields: Any) -> Any:
    return api.post("/api/v1/documents/", {"source_url": url, **fields}, format="json")


def work() -> None:
    """What a background worker does."""
    while (fetch := claim_fetch()) is not None:
        run_fetch(fetch)


def test_the_file_is_fetched_by_a_worker_and_becomes_a_document(
    api: APIClient, team: Team, server: Server
) -> None:
    server.answers["/files/%D0%B0.pdf"] = (200, {}, PDF)

    answer = request(api, f"{server.url}/files/%D0%B0.pdf", tags=["in"], title="Fetched")

    assert answer.status_code == 202
    assert answer.json()["status"] == "waiting"
    assert server.asked == [], "no request waits for the network"
    work()
    done = api.get(answer.headers["Location"]).json()
    assert (done["status"], done["error"]) == ("done", None)
    document = Document.objects.get(id=done["document"])
    assert (document.filename, document.title, document.team) == ("а.pdf", "Fetched", team)
    assert [tag.name for tag in document.tags.all()] == ["in"]
    assert not list(archive().staging.iterdir())


def test_the_servers_name_for_the_file_counts_and_ours_more(api: APIClient, server: Server) -> None:
    disposition = {"Content-Disposition": "attachment; filename*=utf-8''%D1%8F.pdf"}
    server.answers["/get"] = (200, disposition, PDF)

    request(api, f"{server.url}/get")
    work()
    assert Document.objects.get().filename == "я.pdf"

    server.answers["/get"] = (200, disposition, PDF + b"2")
    request(api, f"{server.url}/get", filename="mine.pdf")
    work()
    assert Document.objects.filter(filename="mine.pdf").exists()


def test_redirects_are_followed_and_each_is_checked(
    api: APIClient, server: Server, settings: Any
) -> None:
    server.answers["/a"] = (302, {"Location": "/b"}, b"")
    server.answers["/b"] = (200, {}, PDF)
    server.answers["/evil"] = (302, {"Location": "http://169.254.169.254/latest/"}, b"")
    server.answers["/loop"] = (302, {"Location": "/loop"}, b"")

    answers = [request(api, f"{server.url}/{name}") for name in ("a", "evil", "loop")]
    Fetch.objects.update(attempts=fetching.MAX_ATTEMPTS - 1)
    work()

    codes = [
        (found["status"], (found["error"] or {}).get("code"))
        for found in (api.get(answer.headers["Location"]).json() for answer in answers)
    ]
    assert codes == [("done", None), ("failed", "address-forbidden"), ("failed", "fetch-failed")]
    assert server.asked.count("/loop") == 6


def test_a_hidden_address_is_not_called(api: APIClient, server: Server, settings: Any) -> None:
    settings.OCRSITE_CALL_ALLOWED = ()
    server.answers["/a"] = (200, {}, PDF)

    answer = request(api, f"{server.url}/a")
    work()

    found = api.get(answer.headers["Location"]).json()
    assert (found["status"], found["error"]["code"]) == ("failed", "address-forbidden")
    assert server.asked == []
    assert "OCRSITE_CALL_ALLOWED" in found["error"]["detail"]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(200, b"\0no document", "unsupported-file-type"), (200, b"", "empty-file"),
     (200, PDF + b"x" * 2 * 2**20, "file-too-large")],
)  # fmt: skip
def test_what_is_no_document_fails_with_the_reason(
    api: APIClient, server: Server, settings: Any, status: int, body: bytes, code: str
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2**20
    server.answers["/a"] = (status, {}, body)

    answer = request(api, f"{server.url}/a")
    work()

    assert api.get(answer.headers["Location"]).json()["error"]["code"] == code
    assert not list(archive().staging.iterdir())


def test_a_server_that_fails_is_asked_again_and_then_given_up(
    api: APIClient, server: Server
) -> None:
    server.answers["/a"] = (503, {}, b"")
    answer = request(api, f"{server.url}/a")

    for attempt in range(1, fetching.MAX_ATTEMPTS + 1):
        work()
        waiting = attempt < fetching.MAX_ATTEMPTS
        assert (Fetch.objects.get().status == FetchStatus.WAITING) is waiting
        Fetch.objects.filter(status=FetchStatus.WAITING).update(lease_expires_at=None)

    found = api.get(answer.headers["Location"]).json()
    assert found["error"]["code"] == "fetch-failed"
    assert "503" in found["error"]["detail"]


def test_a_fetch_that_ends_its_process_each_time_is_given_up(
    api: APIClient, server: Server
) -> None:
    server.answers["/a"] = (200, {}, PDF)
    answer = request(api, f"{server.url}/a")
    for _ in range(fetching.MAX_ATTEMPTS):
        assert claim_fetch() is not None  # and then its process is gone
        Fetch.objects.update(lease_expires_at=None)

    assert claim_fetch() is None

    found = api.get(answer.headers["Location"]).json()
    assert (found["status"], found["error"]["code"]) == ("failed", "fetch-failed")
    assert "lost 3 times" in found["error"]["detail"]
    assert server.asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://a:b@example.com/", "nowhere"])
def test_what_is_no_address_is_refused_at_once(api: APIClient, url: str) -> None:
    assert "source_url" in problem_of(request(api, url), 400)["errors"]
    assert not Fetch.objects.exists()


def test_a_reader_has_nothing_fetched(reader_api: APIClient) -> None:
    problem_of(request(reader_api, "https://example.com/a.pdf"), 403)


def test_a_fetch_is_for_whoever_asked_alone(api: APIClient, user: User, team: Team) -> None:
    place = request(api, "https://example.com/a.pdf").headers["Location"]

    assert api.get(place).status_code == 200
    problem_of(client_of(make_user(team=team)).get(place), 404)
    problem_of(token_client(user, "read").get(place), 403)
    user.memberships.all().delete()
    problem_of(api.get(place), 404)


def test_it_can_be_waited_for(api: APIClient) -> None:
    place = request(api, "https://example.com/a.pdf").headers["Location"]

    assert api.get(place, headers={"prefer": "wait=9"}).headers[HEADER] == "9"


def test_a_repeated_request_fetches_once(api: APIClient) -> None:
    answers = [
        api.post(
            "/api/v1/documents/",
            {"source_url": "https://example.com/a.pdf"},
            format="json",
            headers={"idempotency-key": "k"},
        )
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert Fetch.objects.count() == 1


def test_the_connection_goes_to_the_address_that_was_checked(
    api: APIClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers otherwise the second time leads nowhere else."""
    answers: Iterator[str] = iter(["127.0.0.1"])
    real: Callable[..., Any] = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host == "rebinding.example":
            return real(next(answers), port, *args, **options)
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    server.answers["/a.pdf"] = (200, {}, PDF)

    request(api, f"http://rebinding.example:{server.server_port}/a.pdf")
    work()

    assert Document.objects.count() == 1


def test_old_fetches_are_forgotten(api: APIClient) -> None:
    request(api, "https://example.com/a.pdf")
    assert forget_old_fetches() == 0

    made = Fetch.objects.get().created_at
    Fetch.objects.update(created_at=made - fetching.KEEP_FETCHES)

    assert forget_old_fetches() == 1


def test_a_new_version_is_fetched_and_takes_its_place(
    api: APIClient, team: Team, server: Server
) -> None:
    server.answers["/order.pdf"] = (200, {}, PDF)
    document = make_document(team, title="Order", pages=["old"])
    url = f"/api/v1/documents/{document.id}/versions/"
    answer = api.post(url, {"source_url": f"{server.url}/order.pdf"}, format="json")
    assert answer.status_code == 202
    work()
    newer = Document.objects.get(replaces=document.id)
    assert api.get(answer.headers["Location"]).json()["document"] == str(newer.id)
    assert (newer.title, newer.filename, newer.origin_kind) == ("Order", "order.pdf", "address")
    # Of one that was replaced meanwhile there is none.
    assert api.post(url, {"source_url": f"{server.url}/x.pdf"}, format="json").status_code == 409
