"""A request whose answer is "not yet" waits in the event loop, not in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from documents.http.ask_again import HEADER
from ocrsite.front import waiting
from ocrsite.front.pools import THREADS, Work
from tests.ocrsite.front.clients import TOKEN, UPLOAD, Client, ask


class Slow:
    """Ready when it has been asked `times`; remembers what it was asked."""

    def __init__(self, times: int, *, seconds: int = 20, path: str = "") -> None:
        self.times, self.mark = times, f"{seconds} {path}".strip()
        self.asked: list[tuple[str, str, str]] = []
        self.lock = threading.Lock()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self.lock:
            self.asked.append(
                (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"])
            )
            ready = len(self.asked) >= self.times
        if ready:
            start_response("200 OK", [])
            return [b"ready"]
        start_response("202 Accepted", [(HEADER, self.mark), ("Retry-After", "1")])
        return [b"not yet"]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_FIRST", 0.01)
    monkeypatch.setattr(waiting, "_LONGEST", 0.02)


def test_the_client_gets_the_answer_from_one_request() -> None:
    view, client = Slow(4), Client(path="/api/v1/documents/x/result.pdf")

    ask(view, client)

    assert (client.status, client.content) == (200, b"ready")
    assert len(view.asked) == 4


def test_when_its_time_is_over_it_learns_that_it_is_not_ready() -> None:
    view, client = Slow(10**6, seconds=1), Client()

    ask(view, client)

    assert (client.status, client.content) == (202, b"not yet")
    assert client.answer_headers["retry-after"] == "1"
    assert HEADER.lower() not in client.answer_headers


def test_another_address_can_be_asked_after_an_upload() -> None:
    view = Slow(3, path="/ocr/7/?content=true")
    client = Client("POST", UPLOAD, {**TOKEN, "Content-Length": "5"}, [b"bytes"])

    ask(view, client)

    assert client.content == b"ready"
    again = ("GET", "/ocr/7/", "content=true")
    assert view.asked == [("POST", UPLOAD, ""), again, again]


def test_what_an_upload_made_is_shown_under_its_own_status() -> None:
    def made(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        mark = [(HEADER, "20 /made/")] if environ["REQUEST_METHOD"] == "POST" or next(reads) else []
        is_post = environ["REQUEST_METHOD"] == "POST"
        start_response("201 Created" if is_post else "200 OK",
                       [*mark, *([("Location", "/made/")] if is_post else [])])  # fmt: skip
        return [environ["PATH_INFO"].encode()]

    reads = iter((True, True, False))
    client = Client("POST", UPLOAD, {**TOKEN, "Content-Length": "5"}, [b"bytes"])

    ask(made, client)

    assert (client.status, client.content) == (201, b"/made/")
    assert client.answer_headers["location"] == "/made/"


def test_more_may_wait_than_there_are_threads() -> None:
    number = 4 * THREADS[Work.GENERAL]
    view = Slow(3 * number)
    clients = [Client() for _ in range(number)]

    ask(view, *clients)

    assert {client.status for client in clients} == {200}


def test_past_a_limit_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING", 0)
    view, client = Slow(2), Client()

    ask(view, client)

    assert client.status == 202
    assert HEADER.lower() not in client.answer_headers


def test_nobody_is_asked_for_a_client_that_has_left() -> None:
    view, client = Slow(10**6), Client(body=[b"", None])

    ask(view, client)

    assert client.status == 0
    assert len(view.asked) < 10
