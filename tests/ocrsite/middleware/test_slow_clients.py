"""A served site whose clients stall, by the dozen: everybody else is served all the same."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrsite.runtime import DOWNLOAD_THREADS, WEB_THREADS
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

pytestmark = [pytest.mark.long, pytest.mark.chaos]

MANY = 2 * WEB_THREADS
NOTHING = "X-Nothing: here"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(
        tmp_path / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1"
    ) as site:
        site.wait_for_bootstrap()
        yield site


@contextlib.contextmanager
def stalled(site: Site, request: bytes) -> Iterator[list[socket.socket]]:
    """Many connections that have sent `request` and from then on neither send nor read."""
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(MANY):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(10)
            client.connect(("127.0.0.1", site.port))
            client.sendall(request)
            clients.append(client)
        yield clients


def sending(path: str, length: int, header: str = NOTHING) -> bytes:
    """The head of a request and the first byte of its body."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: archive\r\n{header}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\n\r\n{{"
    ).encode()


def asking(path: str, header: str = NOTHING) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: archive\r\n{header}\r\n\r\n".encode()


def token_of(site: Site) -> str:
    """The header by which the administrator is known."""
    return f"Authorization: {site.session.headers['Authorization']!s}"


def assert_others_are_served(site: Site) -> None:
    # The machine may be busy with other tests: of three answers one has to be in time.
    seconds = []
    for _ in range(3):
        begun = time.monotonic()
        assert site.get("/health").status_code == 200
        seconds.append(time.monotonic() - begun)
    assert min(seconds) < 1
    assert site.get("/admin/login/").status_code == 200


def turned_away(clients: list[socket.socket]) -> int:
    """How many have a response, a 503."""
    return answered(clients, 503)


def answered(clients: list[socket.socket], status: int) -> int:
    """How many have a response with that status."""
    number = 0
    for client in clients:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            number += client.recv(12, socket.MSG_PEEK) == f"HTTP/1.1 {status}".encode()
    return number


def wait_until_turned_away(clients: list[socket.socket], at_least: int) -> None:
    eventually(lambda: turned_away(clients) >= at_least, 20, f"{at_least} refusals")


def test_strangers_whose_short_bodies_stall(site: Site) -> None:
    with stalled(site, sending("/api/v1/auth/token/", 1000)) as clients:
        wait_until_turned_away(clients, WEB_THREADS // 2)

        assert_others_are_served(site)

    eventually(lambda: _can_log_in(site), 10, "a log-in, once they are gone")


def test_one_can_log_in_and_work_while_uploads_stall(site: Site) -> None:
    site.log_in()
    upload = sending("/api/v1/documents/", 50 * 2**20, token_of(site))

    with stalled(site, upload) as clients:
        wait_until_turned_away(clients, WEB_THREADS // 2)
        assert_others_are_served(site)

        site.log_in()
        assert site.call("/api/v1/documents/").status_code == 200


def test_stalled_bodies_are_ended_while_others_are_turned_away(site: Site) -> None:
    with stalled(site, sending("/api/v1/auth/token/", 1000)) as clients:
        wait_until_turned_away(clients, 1)
        assert not _can_log_in(site)

        # 30 s of silence, found within 5.
        eventually(lambda: _can_log_in(site), 50, "a log-in")


def test_clients_that_do_not_read_what_they_download(site: Site) -> None:
    site.log_in()
    answer = site.upload("long.pdf", b"%PDF-1.4\n" + b"x" * 30 * 2**20)
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/documents/{answer.json()['id']}/original/"

    with stalled(site, asking(path, token_of(site))) as clients:
        wait_until_turned_away(clients, MANY - DOWNLOAD_THREADS)
        assert_others_are_served(site)

        assert turned_away(clients) == MANY - DOWNLOAD_THREADS
        assert site.call(path).status_code == 503
        site.log_in()

    eventually(lambda: site.call(path).status_code == 200, 10, "a download, once they are gone")
    assert len(site.call(path).content) == 30 * 2**20 + 9


def test_strangers_that_do_not_read_a_static_file(site: Site) -> None:
    with stalled(site, asking("/static/admin/js/vendor/xregexp/xregexp.js")) as clients:
        # It is sent in one piece.
        eventually(lambda: answered(clients, 200) == len(clients), 20, "every response")

        assert_others_are_served(site)


def _can_log_in(site: Site) -> bool:
    try:
        site.log_in()
    except AssertionError:
        return False
    return True
