"""Bodies: which are taken, on which terms, and what their senders are told."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ocrsite.front import application, intake, limits
from ocrsite.front.pools import THREADS, Work
from ocrsite.front.spool import IN_MEMORY, Spool
from tests.ocrsite.front.clients import (
    FORM,
    LOG_IN,
    TEXT,
    TOKEN,
    UPLOAD,
    Client,
    ask,
    echo,
    fronting,
)

DRIPPING: list[bytes | float] = [b"a", 0.1] * 50
MOVING: list[bytes | float] = [b"a" * 5000, 0.1] * 10


def post(path: str, *body: bytes | float | None, **headers: str) -> Client:
    """With a Content-Length of what it brings, unless `headers` has another."""
    size = sum(len(piece) for piece in body if isinstance(piece, bytes))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client("POST", path, {"Content-Length": str(size), **named}, body)


def chunked(path: str, *body: bytes, **headers: str) -> Client:
    return Client("POST", path, {"Transfer-Encoding": "chunked", **headers}, body)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes tenths of them."""
    monkeypatch.setattr(limits, "SMALL_DEADLINE", 0.3)
    monkeypatch.setattr(intake, "WINDOW", 0.3)
    monkeypatch.setattr(intake, "_INTERVAL", 0.05)
    monkeypatch.setattr(application, "_THROWN_AWAY_WITHIN", 0.05)


# --- what arrives -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 60_000])
def test_a_small_body_arrives_whole_without_credentials(size: int) -> None:
    client = post(LOG_IN, b"a" * (size // 2), b"b" * (size - size // 2))

    ask(echo, client)

    assert client.status == 200
    assert client.content == b"a" * (size // 2) + b"b" * (size - size // 2)
    assert client.answer_headers["x-length"] == str(size)


@pytest.mark.parametrize("pieces", [1, 3, 40])
def test_a_large_body_arrives_whole_from_whom_is_known(pieces: int) -> None:
    body = [bytes([number]) * 200_000 for number in range(pieces)]
    client = post(UPLOAD, *body, **TOKEN, **FORM)

    ask(echo, client)

    assert client.content == b"".join(body)


def test_a_chunked_body_gets_its_length() -> None:
    clients = [chunked(LOG_IN, b"x" * 100), chunked(UPLOAD, b"x" * 3_000_000, **TOKEN, **FORM)]

    ask(echo, *clients)

    assert [client.answer_headers["x-length"] for client in clients] == ["100", "3000000"]


def test_a_slow_body_holds_no_thread() -> None:
    # Many more than there are threads, and together no slower than one of them.
    slow = [post(LOG_IN, b"a", 0.5, b"b") for _ in range(200)]
    begun = time.monotonic()

    ask(echo, *slow)

    assert {client.content for client in slow} == {b"ab"}
    assert time.monotonic() - begun < 20


# --- what is refused before it is read ----------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "size", "headers"),
    [
        (UPLOAD, 100, {}),
        (UPLOAD, 100, {"Authorization": "Token bad"}),
        (TEXT, 70_000, {}),
        (LOG_IN, 70_000, {"Cookie": "sessionid=bad"}),
    ],
)
def test_who_is_unknown_is_told_before_a_byte_is_read(
    path: str, size: int, headers: dict[str, str]
) -> None:
    client = post(path, Content_Length=str(size), Expect="100-continue", **headers)

    ask(echo, client)

    assert client.status == 401
    assert client.problem["code"] == "not-authenticated"
    assert client.answer_headers["connection"] == "close"
    assert not client.asked_for_body


@pytest.mark.parametrize(
    ("method", "path", "size", "headers", "code"),
    [
        ("POST", UPLOAD, 600 * 2**20, {**TOKEN, **FORM}, "file-too-large"),
        ("POST", UPLOAD, 600 * 2**20, FORM, "file-too-large"),
        ("POST", UPLOAD, 40 * 2**20, TOKEN, "request-too-large"),
        ("PUT", TEXT, 20 * 2**20, TOKEN, "request-too-large"),
        ("DELETE", TEXT, 70_000, TOKEN, "request-too-large"),
        ("GET", UPLOAD, 70_000, TOKEN, "request-too-large"),
    ],
)
def test_what_is_too_large_is_told_before_a_byte_is_read(
    method: str, path: str, size: int, headers: dict[str, str], code: str
) -> None:
    headers = {**headers, "Content-Length": str(size), "Expect": "100-continue"}
    client = Client(method, path, headers)

    ask(echo, client)

    assert client.status == 413
    assert client.problem["code"] == code
    assert client.answer_headers["connection"] == "close"
    assert not client.asked_for_body


@pytest.mark.parametrize("path", ["batch/", "batch"])
def test_a_form_may_bring_more_than_one_file_may_have(path: str) -> None:
    head = {"CONTENT_LENGTH": str(2000 * 2**20), "CONTENT_TYPE": "multipart/form-data"}

    terms = limits.find_terms("POST", f"/api/v1/documents/{path}", head, credentials=True)

    assert not terms.too_large


def test_a_chunked_body_ends_where_it_becomes_too_large() -> None:
    client = chunked(LOG_IN, *[b"x" * 10_000] * 20)

    ask(echo, client)

    assert client.status == 413
    assert client.problem["code"] == "request-too-large"


def test_a_client_that_still_sends_finds_its_answer_not_a_reset() -> None:
    client = post(UPLOAD, *[b"x" * 10_000] * 20)

    ask(echo, client)

    assert client.status == 401
    assert client.bytes_read == 200_000, "read and thrown away"


# --- what is too slow ---------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
def test_a_small_body_that_drips_is_ended() -> None:
    client = post(LOG_IN, *DRIPPING)

    ask(echo, client)

    assert client.status == 408
    assert client.problem["code"] == "request-too-slow"
    assert client.answer_headers["connection"] == "close"


@pytest.mark.usefixtures("impatient")
def test_a_large_body_must_keep_moving() -> None:
    slow = post(UPLOAD, *DRIPPING, **TOKEN, **FORM)
    moving = post(UPLOAD, *MOVING, **TOKEN, **FORM)

    ask(echo, slow, moving)

    assert (slow.status, moving.status) == (408, 200)


@pytest.mark.usefixtures("impatient")
def test_too_many_small_bodies_cost_those_that_wait_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SMALL_DEADLINE", 5.0)

    async def run() -> None:
        async with fronting(echo) as front:
            front._intake._small_bodies = 10
            dripping = [post(LOG_IN, b"a", 2.0, b"b") for _ in range(30)]
            attack = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in dripping))
            await asyncio.sleep(0.2)
            honest = post(LOG_IN, b"name and ", 0.05, b"password")
            honest.address = "192.0.2.2"
            await front(honest.scope(), honest.receive, honest.send)
            assert honest.content == b"name and password"
            await attack
        statuses = [client.status for client in dripping]
        assert statuses.count(200) <= 10
        assert {200, 503} == set(statuses)

    asyncio.run(run())


# --- shares -------------------------------------------------------------------------------------


def test_an_account_that_uploads_much_waits_and_no_other_account_does() -> None:
    running: list[int] = []
    most: list[int] = []

    async def run() -> None:
        async with fronting(echo) as front:
            many = [post(UPLOAD, b"a", 0.3, b"b", **TOKEN, **FORM) for _ in range(20)]
            other = post(UPLOAD, b"c", Authorization="Token good-too", **FORM)
            tasks = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in many))
            await asyncio.sleep(0.1)
            running.append(sum(client.asked_for_body for client in many))
            await front(other.scope(), other.receive, other.send)
            assert other.status == 200
            most.append(sum(client.status == 200 for client in many))
            await tasks
            assert {client.status for client in many} == {200}

    asyncio.run(run())
    assert running == [6]
    assert most[0] < 20


def test_an_account_with_too_many_in_its_queue_is_told_when_to_come_back() -> None:
    many = [post(UPLOAD, b"a", 0.3, b"b", **TOKEN, **FORM) for _ in range(80)]

    ask(echo, *many)

    refused = [client for client in many if client.status == 429]
    assert len(refused) == 80 - 6 - 64
    assert int(refused[0].answer_headers["retry-after"]) > 0
    assert {client.status for client in many} == {200, 429}


def test_health_lists_and_log_in_are_answered_while_every_upload_waits() -> None:
    uploading: list[int] = []
    release = threading.Event()

    def view(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["CONTENT_TYPE"] == FORM["Content-Type"]:
            uploading.append(1)
            release.wait(20)
        start_response("200 OK", [])
        return [b"answer"]

    async def run() -> None:
        async with fronting(view) as front:
            uploads = [
                post(UPLOAD, b"a", Authorization=f"Token good{number}", **FORM)
                for number in range(30)
            ]
            tasks = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in uploads))
            await asyncio.sleep(0.2)
            others = [Client(path="/health"), Client(path=UPLOAD), post(LOG_IN, b"x")]
            for client in others:
                client.headers["Content-Type"] = "text/plain"
                await asyncio.wait_for(front(client.scope(), client.receive, client.send), 5)
            assert {client.status for client in others} == {200}
            assert len(uploading) == THREADS[Work.UPLOAD] < len(uploads)
            release.set()
            await tasks

    asyncio.run(run())


# --- the spool ----------------------------------------------------------------------------------


def test_a_spooled_body_has_no_name_and_leaves_nothing(media: Path) -> None:
    seen: list[list[Path]] = []

    def view(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append([path for path in media.rglob("*") if path.is_file()])
        return echo(environ, start_response)

    before = len(os.listdir("/proc/self/fd"))
    whole = [post(UPLOAD, *[b"a" * 2**20] * 3, **TOKEN, **FORM) for _ in range(5)]
    broken = [post(UPLOAD, *[b"a" * 2**20] * 3, None, **TOKEN, **FORM) for _ in range(5)]

    ask(view, *whole, *broken)

    assert {len(client.content) for client in whole} == {3 * 2**20}
    assert {client.status for client in broken} == {0}, "nobody is there to answer"
    assert seen == [[]] * 5
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_body_is_in_memory_until_it_is_large() -> None:
    spool = Spool()

    assert not spool.collect(b"a" * IN_MEMORY)
    assert spool.collect(b"b")

    spool.write(spool.take_collected())
    spool.collect(b"c")
    assert spool.open().read() == b"a" * IN_MEMORY + b"bc"
    spool.close()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    client = post(UPLOAD, *[b"a" * 2**20] * 3, **TOKEN, **FORM)

    ask(echo, client)

    assert client.status == 507
    assert client.problem["code"] == "storage-full"
