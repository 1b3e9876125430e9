"""A served site whose clients stall, by the dozen: everybody else is served all the same."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.attacks.figures import create_account
from tests.busy import slowdown
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

pytestmark = [pytest.mark.long, pytest.mark.chaos]

MANY = 100
NOTHING = "X-Nothing: here"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("stalled") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1") as site:
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
    assert min(seconds) < slowdown()
    assert site.get("/login/").status_code == 200


def ended(clients: list[socket.socket]) -> int:
    """How many connections the site has closed."""
    number = 0
    for client in clients:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while client.recv(65536):
                pass
            number += 1
    return number


def answered(clients: list[socket.socket], status: int) -> int:
    """How many have a response with that status."""
    number = 0
    for client in clients:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            number += client.recv(12, socket.MSG_PEEK) == f"HTTP/1.1 {status}".encode()
    return number


def test_strangers_whose_short_bodies_stall(site: Site) -> None:
    with stalled(site, sending("/api/v1/auth/token/", 1000)) as clients:
        assert_others_are_served(site)
        site.log_in()

        eventually(lambda: answered(clients, 408) == MANY, 20, "the end of their 10 s")
        eventually(lambda: ended(clients) == MANY, 10, "closed connections")


def test_strangers_that_would_upload_are_told_at_once(site: Site) -> None:
    with stalled(site, sending("/api/v1/documents/", 20 * 2**20)) as clients:
        eventually(lambda: answered(clients, 401) == MANY, 20, "every refusal")

        assert_others_are_served(site)


def test_one_can_log_in_and_work_while_uploads_stall(site: Site) -> None:
    site.log_in()
    other = create_account(site, "other")
    upload = sending("/api/v1/documents/", 20 * 2**20, f"Authorization: {other}")

    with stalled(site, upload) as clients:
        eventually(lambda: answered(clients, 429) > 0, 20, "refusals past the account's queue")
        assert_others_are_served(site)

        site.log_in()
        assert site.call("/api/v1/documents/").status_code == 200
        assert site.upload("mine.pdf", b"%PDF-1.4\nmine").status_code == 201

        eventually(lambda: answered(clients, 408) > 0, 30, "the end of those that do not move")


def test_clients_that_do_not_read_what_they_download(site: Site) -> None:
    site.log_in()
    content = b"%PDF-1.4\n" + b"x" * 30 * 2**20
    answer = site.upload("long.pdf", content)
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/documents/{answer.json()['id']}/original/"

    with stalled(site, asking(path, token_of(site))) as clients:
        eventually(lambda: answered(clients, 200) == MANY, 30, "the start of every download")
        assert_others_are_served(site)

        assert site.call(path).content == content
        site.log_in()


def test_strangers_that_do_not_read_a_static_file(site: Site) -> None:
    with stalled(site, asking("/static/admin/js/vendor/xregexp/xregexp.js")) as clients:
        eventually(lambda: answered(clients, 200) == MANY, 20, "every response")

        assert_others_are_served(site)


def test_nothing_of_clients_that_break_off_stays_open(site: Site) -> None:
    site.log_in()
    server = site.find("front.server")
    assert server is not None
    [worker] = server.children()
    site.upload("first.pdf", b"%PDF-1.4\nfirst")  # opens what stays open
    before = worker.num_fds()
    head = sending("/api/v1/documents/", 20 * 2**20, token_of(site))

    for _ in range(3):
        with stalled(site, head + b"x" * 3 * 2**20):
            pass

    eventually(lambda: worker.num_fds() <= before + 20, 30, "closed files and connections")
    assert not list((site.data_dir / "media" / "staging").iterdir())
