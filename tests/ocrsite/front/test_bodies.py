"""Bodies: which are taken, on which terms, and what their senders are told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ocrsite.front import limits
from ocrsite.front.spool import IN_MEMORY, Spool
from tests.ocrsite.front.clients import FORM, LOG_IN, TEXT, TOKEN, UPLOAD, Client, ask, echo, post


def chunked(path: str, *body: bytes, **headers: str) -> Client:
    return Client("POST", path, {"Transfer-Encoding": "chunked", **headers}, body)


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
