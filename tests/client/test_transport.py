"""Attempts: as the server asks, as often as is safe, with the same key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

#: (status, headers, body); None closes the connection.
Answer = tuple[int, dict[str, str], bytes] | None


class Server:
    """Answers with what it is given, in that order."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.requests.append((self.path, dict(self.headers), body))
                answer = outer.answers.pop(0)
                if answer is None:
                    self.close_connection = True
                    return
                status, headers, content = answer
                self.send_response(status)
                headers = {"Content-Length": str(len(content)), **headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Server, pauses: list[float]) -> Iterator[Any]:
    from ocrsite_client import Client

    with Client(server.url, "key", patience=60) as client:
        client._transport.sleep = pauses.append
        yield client


BUSY = (503, {"Retry-After": "7"}, b'{"code": "busy", "detail": "Later."}')


def test_it_waits_as_long_as_the_server_asks(
    server: Server, client: Any, pauses: list[float]
) -> None:
    server.answers = [BUSY, None, (200, {}, b'{"id": "1"}')]

    assert client.document("1") == {"id": "1"}

    assert 7 <= pauses[0] <= 9
    assert len(pauses) == 2


def test_a_repeated_upload_has_the_same_key_and_the_whole_file(
    server: Server, client: Any, tmp_path: Path
) -> None:
    path = tmp_path / "ё.pdf"
    path.write_bytes(b"content" * 1000)
    server.answers = [BUSY, None, (201, {}, b'{"id": "1"}')]

    client.upload(path, tags=["a"])

    keys = {headers["Idempotency-Key"] for _, headers, _ in server.requests}
    assert len(server.requests) == 3
    assert len(keys) == 1
    assert all(b"content" * 1000 in body for _, _, body in server.requests)
    assert b"filename*=UTF-8''%D1%91.pdf" in server.requests[0][2]


def test_its_patience_ends(server: Server, pauses: list[float]) -> None:
    from ocrsite_client import ApiError, Client

    server.answers = [BUSY]
    with Client(server.url, patience=5) as client, pytest.raises(ApiError, match="Later") as told:
        client.document("1")

    assert (told.value.status, told.value.retry_after) == (503, 7)


def test_what_is_refused_is_not_repeated(server: Server, client: Any) -> None:
    from ocrsite_client import ApiError

    server.answers = [(400, {}, b'{"code": "invalid-request", "errors": {"tag": ["?"]}}')]

    with pytest.raises(ApiError) as told:
        client.document("1")

    assert told.value.errors == {"tag": ["?"]}
    assert len(server.requests) == 1


def test_a_file_that_is_being_made_is_waited_for(
    server: Server, client: Any, pauses: list[float], tmp_path: Path
) -> None:
    making = (202, {"Retry-After": "3"}, b"{}")
    server.answers = [making, making, (200, {}, b"%PDF made")]

    client.download("1", "pdf", tmp_path / "made.pdf")

    assert pauses == [3, 3]
    assert (tmp_path / "made.pdf").read_bytes() == b"%PDF made"


def test_a_download_that_breaks_off_goes_on_where_it_stopped(
    server: Server, client: Any, tmp_path: Path
) -> None:
    server.answers = [
        (200, {"Content-Length": "10", "ETag": '"v"', "Connection": "close"}, b"0123"),
        (206, {"Content-Range": "bytes 4-9/10"}, b"456789"),
    ]

    client.download("1", "original", tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"0123456789"
    headers = server.requests[1][1]
    assert (headers["Range"], headers["If-Range"]) == ("bytes=4-", '"v"')


def test_a_file_that_changed_meanwhile_begins_again(
    server: Server, client: Any, tmp_path: Path
) -> None:
    server.answers = [
        (200, {"Content-Length": "10", "ETag": '"v"', "Connection": "close"}, b"0123"),
        (200, {"ETag": '"w"'}, b"other content"),
    ]

    client.download("1", "original", tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b"other content"


def test_lists_are_followed_to_their_end(server: Server, client: Any) -> None:
    server.answers = [
        (200, {}, b'{"results": [{"id": 1}], "next": "/api/v1/documents/?cursor=x"}'),
        (200, {}, b'{"results": [{"id": 2}], "next": null}'),
    ]

    assert [each["id"] for each in client.documents(tag=["a", "b"])] == [1, 2]

    assert "tag=a&tag=b" in server.requests[0][0]
