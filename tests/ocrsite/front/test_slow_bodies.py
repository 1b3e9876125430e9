"""Bodies that are too slow or too many end or wait, and nobody else does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ocrsite.front import application, intake, limits
from ocrsite.front.pools import THREADS, Work
from tests.ocrsite.front.clients import (
    FORM,
    LOG_IN,
    TOKEN,
    UPLOAD,
    Client,
    ask,
    echo,
    fronting,
    post,
    run,
    until,
)

DRIPPING: list[bytes | float] = [b"a", 0.1] * 50
MOVING: list[bytes | float] = [b"a" * 5000, 0.1] * 10


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes tenths of them."""
    monkeypatch.setattr(limits, "SMALL_DEADLINE", 0.3)
    monkeypatch.setattr(intake, "WINDOW", 0.3)
    monkeypatch.setattr(intake, "_INTERVAL", 0.05)
    monkeypatch.setattr(application, "_THROWN_AWAY_WITHIN", 0.05)


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
    monkeypatch.setattr(limits, "SMALL_DEADLINE", 30.0)

    async def attack_and_log_in() -> None:
        async with fronting(echo) as front:
            front._intake._small_bodies = 10
            go_on = asyncio.Event()
            dripping = [post(LOG_IN, b"a", go_on, b"b") for _ in range(30)]
            attack = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in dripping))
            await until(lambda: sum(client.status == 503 for client in dripping) == 20)
            honest = post(LOG_IN, b"name and ", 0.05, b"password")
            honest.address = "192.0.2.2"
            await front(honest.scope(), honest.receive, honest.send)
            assert honest.content == b"name and password"
            go_on.set()
            await attack
        statuses = [client.status for client in dripping]
        assert statuses.count(200) <= 10
        assert {200, 503} == set(statuses)

    run(attack_and_log_in())


# --- shares -------------------------------------------------------------------------------------


def test_an_account_that_uploads_much_waits_and_no_other_account_does() -> None:
    async def upload() -> None:
        async with fronting(echo) as front:
            go_on = asyncio.Event()
            many = [post(UPLOAD, b"a", go_on, b"b", **TOKEN, **FORM) for _ in range(20)]
            other = post(UPLOAD, b"c", Authorization="Token good-too", **FORM)
            tasks = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in many))
            await until(lambda: sum(client.asked_for_body for client in many) >= 6)
            await front(other.scope(), other.receive, other.send)
            assert other.status == 200
            assert sum(client.asked_for_body for client in many) == 6
            go_on.set()
            await tasks
            assert {client.status for client in many} == {200}

    run(upload())


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
            release.wait(60)
        start_response("200 OK", [])
        return [b"answer"]

    async def ask_beside_uploads() -> None:
        async with fronting(view) as front:
            uploads = [
                post(UPLOAD, b"a", Authorization=f"Token good{number}", **FORM)
                for number in range(30)
            ]
            tasks = asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in uploads))
            await until(lambda: len(uploading) == THREADS[Work.UPLOAD])
            others = [Client(path="/health"), Client(path=UPLOAD), post(LOG_IN, b"x")]
            for client in others:
                client.headers["Content-Type"] = "text/plain"
                await asyncio.wait_for(front(client.scope(), client.receive, client.send), 30)
            assert {client.status for client in others} == {200}
            assert len(uploading) == THREADS[Work.UPLOAD] < len(uploads)
            release.set()
            await tasks

    run(ask_beside_uploads())
