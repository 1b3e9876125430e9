"""Responses: sent in pieces, closed whatever the client does; and the front's own refusals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from ocrsite.front import application
from ocrsite.front.pools import LONGEST_QUEUE, THREADS, Work
from ocrsite.front.wsgi import TAKEN, build_environ
from ocrsite.runtime import start_state
from ocrsite.runtime.start_state import ProcessRole, Start
from tests.ocrsite.front.clients import TOKEN, UPLOAD, Client, ask, echo, fronting, run, until


class Stream:
    """A response of `number` pieces; remembers how far it was read and whether it was closed."""

    def __init__(self, number: int, fails_at: int = -1) -> None:
        self.number, self.fails_at = number, fails_at
        self.taken, self.closed = 0, 0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.number):
            if number == self.fails_at:
                raise RuntimeError("the disk broke")
            self.taken += 1
            yield bytes([number % 256]) * 100_000

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("number", [0, 1, 2, 3, 30])
def test_a_stream_arrives_whole_and_is_closed_once(number: int) -> None:
    stream, client = Stream(number), Client()

    ask(stream, client)

    assert client.content == b"".join(bytes([n]) * 100_000 for n in range(number))
    assert stream.closed == 1


def test_the_content_of_a_response_to_head_is_never_read() -> None:
    stream, client = Stream(30), Client("HEAD")

    ask(stream, client)

    assert (client.status, client.content) == (200, b"")
    assert (stream.taken, stream.closed) == (0, 1)


def test_a_stream_is_closed_when_its_client_goes() -> None:
    stream, client = Stream(1000), Client(leaves_after=2 * TAKEN)

    ask(stream, client)

    assert stream.closed == 1
    assert stream.taken < 100


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "STALL_LIMIT", 0.2)
    stream, client = Stream(1000), Client(reads=False)

    ask(stream, client)

    assert stream.closed == 1
    assert stream.taken * 100_000 < 2 * TAKEN


def test_clients_that_do_not_read_hold_no_thread() -> None:
    async def ask_beside_them() -> None:
        stream = Stream(1000)
        async with fronting(stream) as front:
            stalled = [Client(reads=False) for _ in range(100)]
            tasks = [asyncio.create_task(front(c.scope(), c.receive, c.send)) for c in stalled]
            await until(lambda: all(client.status for client in stalled))
            other = Client("HEAD")
            await asyncio.wait_for(front(other.scope(), other.receive, other.send), 30)
            assert other.status == 200
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert stream.closed == 101

    run(ask_beside_them())


@pytest.mark.parametrize("fails_at", [0, 10])
def test_a_stream_that_breaks_is_closed(fails_at: int) -> None:
    stream, client = Stream(30, fails_at), Client(path=UPLOAD)

    ask(stream, client)

    assert stream.closed == 1
    assert client.status == (500 if fails_at == 0 else 200)
    assert len(client.content) < 30 * 100_000


# --- refusals -----------------------------------------------------------------------------------


def test_a_request_without_a_host_is_refused_in_the_form_of_its_path() -> None:
    api = Client(path=UPLOAD, headers={"Host": "", "Accept-Language": "ru"})
    page = Client(path="/admin/", headers={"Host": "", "Accept-Language": "ru"})
    probe = Client(path="/health", headers={"Host": ""})

    ask(echo, api, page, probe)

    assert (api.status, page.status, probe.status) == (400, 400, 200)
    assert api.problem["code"] == "host-not-valid"
    assert api.problem["title"] == "Запрос составлен неверно."
    assert page.answer_headers["content-type"].startswith("text/html")
    assert '<html lang="ru">' in page.content.decode()
    assert "заголовке Host" in page.content.decode()
    assert "default-src 'self'" in page.answer_headers["content-security-policy"]


def test_a_head_that_is_too_large_is_refused() -> None:
    client = Client(path=UPLOAD, headers={"Cookie": "a=" + "b" * 40_000})

    ask(echo, client)

    assert client.status == 431
    assert client.problem["code"] == "head-too-large"
    assert client.answer_headers["connection"] == "close"


def test_past_a_long_queue_requests_are_refused_at_once() -> None:
    release = threading.Event()

    def view(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        release.wait(60)
        return echo(environ, start_response)

    async def fill_the_queue() -> None:
        async with fronting(view) as front:
            room = THREADS[Work.GENERAL] + LONGEST_QUEUE
            clients = [Client() for _ in range(room)]
            tasks = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in clients))
            await until(lambda: front._pools._unfinished[Work.GENERAL] == room)
            refused, health = Client(path=UPLOAD), Client("HEAD", "/health")
            await front(refused.scope(), refused.receive, refused.send)
            assert refused.status == 503
            assert int(refused.answer_headers["retry-after"]) > 0
            release.set()
            await front(health.scope(), health.receive, health.send)
            await tasks
            assert {client.status for client in clients} == {200}

    run(fill_the_queue())


def test_during_the_start_no_body_is_read_and_django_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "read_current_start", lambda: Start(ProcessRole.ALL))
    client = Client("POST", UPLOAD, {**TOKEN, "Content-Length": "5000000"})

    ask(echo, client)

    assert client.status == 200, "the view's"
    assert not client.asked_for_body
    assert client.answer_headers["connection"] == "close"
    assert start_state.read_current_start().ready


# --- what Django sees ---------------------------------------------------------------------------


def test_the_head_becomes_wsgis_environ() -> None:
    scope = Client("GET", "/%D1%84/a%2Fb", {"X-Two-Words": "x", "Content-Type": "t/t"}).scope()
    scope["headers"] += [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x_two_words", b"forged")]

    environ = build_environ({**scope, "query_string": b"q=%D1%84"})

    assert environ["PATH_INFO"].encode("latin-1").decode() == "/ф/a/b"
    assert environ["QUERY_STRING"] == "q=%D1%84"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_TWO_WORDS"] == "x", "an underscore is no way to send another header"
    assert (environ["CONTENT_TYPE"], environ["HTTP_HOST"]) == ("t/t", "archive")
    assert environ["REMOTE_ADDR"] == "192.0.2.1"


class Halting(Stream):
    """A streamed response whose pieces are made meanwhile: an empty one says so."""

    streaming = True

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.number):
            self.taken += 1
            yield b""
            yield bytes([number])


def test_a_piece_without_bytes_means_later_and_holds_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "MADE_WITHIN", 0.01)
    streams = [Halting(5) for _ in range(3 * THREADS[Work.STREAM])]
    clients = [Client(path=f"/{number}") for number in range(len(streams))]

    def view(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return streams[int(environ["PATH_INFO"][1:])](environ, start)

    ask(view, *clients)

    assert {client.content for client in clients} == {bytes(range(5))}
    assert {stream.closed for stream in streams} == {1}


def test_nothing_is_made_for_a_client_that_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "MADE_WITHIN", 0.01)
    stream, client = Halting(10**6), Client(leaves_after=3)

    ask(stream, client)

    assert stream.closed == 1
    assert stream.taken < 100
