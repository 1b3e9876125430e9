"""`manage.py serve` in real processes: what it keeps alive, and how it ends."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from ocrsite.runtime import queue_server
from tests.busy import allow
from tests.ocrsite.running_site import Site, eventually, running
from tests.ocrsite.runtime.conftest import QUEUE

pytestmark = [pytest.mark.real_site, pytest.mark.chaos]


@pytest.fixture
def open_site(data_dir: Path) -> Iterator[Site]:
    """A site of the test's own, to be ended by it."""
    with running(data_dir) as site:
        site.wait_for_bootstrap()
        yield site


def nothing_is_left_of(site: Site) -> bool:
    return not site.processes()


def queue_problems(site: Site) -> list[str]:
    return [line for line in site.get("/health").json()["warnings"] if "queue" in line]


# --- uploads --------------------------------------------------------------------------------


@pytest.mark.any_database
def test_bodies_that_stall_do_not_shut_out_the_rest_and_are_ended(shared_site: Site) -> None:
    with contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(stalled_body(shared_site)) for _ in range(50)]

        begun = time.monotonic()
        assert shared_site.get("/health").status_code == 200
        assert shared_site.browser().submit("/login/", username="x").status_code == 200
        assert time.monotonic() - begun < allow(5)

        for connection in stalled:
            connection.settimeout(60)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))  # noqa: B023 - called here
            assert answer.startswith(b"HTTP/1.1 408 ")


@contextlib.contextmanager
def stalled_body(site: Site) -> Iterator[socket.socket]:
    """A connection that announces 1,000 bytes and then sends no more."""
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(
            b"POST /login/ HTTP/1.1\r\nHost: archive\r\nCookie: csrftoken=" + b"t" * 32 + b"\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 1000\r\n\r\nusername="
        )
        yield connection


# --- several machines --------------------------------------------------------------------------


def test_web_and_workers_may_run_apart_on_one_database_and_one_queue(
    data_dir: Path, tmp_path: Path
) -> None:
    queue = tmp_path / "queue.sock"
    server = subprocess.Popen(
        queue_server.build_command(queue_server.find_program(), tmp_path, queue),
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{queue}"
    try:
        with (
            running(data_dir, "web", REDIS_URL=url) as web,
            running(data_dir, "worker", REDIS_URL=url),
        ):
            web.wait_for_bootstrap()
            eventually(lambda: web.get("/health/ready").status_code == 200, 60, "readiness")
            assert not web.find(QUEUE), "no queue of its own is started"
    finally:
        server.terminate()
        server.wait(60)


# --- the end ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_every_process_within_ten_seconds(open_site: Site, number: int) -> None:
    assert len(open_site.processes()) >= 4

    open_site.stop(number, within=10)

    assert open_site.process.returncode == 0
    assert nothing_is_left_of(open_site)


def test_a_stop_during_the_start_ends_every_process(fresh_site: Site) -> None:
    fresh_site.wait_for_health()

    fresh_site.stop(within=10)

    assert nothing_is_left_of(fresh_site)


@pytest.mark.any_database
def test_a_stop_does_not_wait_for_a_body_that_stalls(open_site: Site) -> None:
    with stalled_body(open_site):
        open_site.stop(within=10)

    assert nothing_is_left_of(open_site)


def test_a_killed_supervisor_takes_every_process_with_it(open_site: Site) -> None:
    open_site.process.kill()

    eventually(lambda: nothing_is_left_of(open_site), 3, "the end of every child")


def test_a_new_start_directly_after_a_kill_works(open_site: Site) -> None:
    open_site.process.kill()
    open_site.start()

    open_site.wait_for_bootstrap()


# --- what is kept alive -----------------------------------------------------------------------


def test_a_killed_web_process_is_started_again_and_requests_wait_for_it(shared_site: Site) -> None:
    before = shared_site.find("front.server")
    assert before is not None
    both = [before, *before.children()]
    before.kill()
    psutil.wait_procs(both, timeout=60)

    # It waits in the listening socket's queue; it is not refused.
    answer = requests.get(shared_site.url("/login/"), timeout=60)

    assert answer.status_code == 200
    after = shared_site.find("front.server")
    assert after is not None
    assert after.pid != before.pid


def webs(site: Site) -> list[psutil.Process]:
    children = psutil.Process(site.process.pid).children()
    return [child for child in children if "ocrsite.front.server" in child.cmdline()]


def loaded(site: Site) -> list[psutil.Process]:
    """Those that accept connections: their server has its worker, and that has its threads."""
    workers = [worker for web in webs(site) for worker in web.children()]
    return [worker for worker in workers if worker.num_threads() > 3]


def counted(site: Site) -> float:
    """How many looks at /health all of them have counted together, as far as one knows."""
    lines = site.get("/metrics").text.splitlines()
    found = [line for line in lines if line.startswith('ocrsite_http_requests_total{status="200"')]
    return sum(float(line.rpartition(" ")[2]) for line in found if 'view="health"' in line)


def test_one_web_process_answers_while_the_other_is_replaced(shared_site: Site) -> None:
    site = shared_site
    eventually(lambda: len(loaded(site)) == 2, 30, "two web processes")
    for _ in range(20):
        assert site.get("/health").status_code == 200
    eventually(lambda: counted(site) >= 20, 20, "both have told what they counted")

    dying, _ = webs(site)
    workers = dying.children()
    for process in (dying, *workers):
        process.kill()
    psutil.wait_procs([dying, *workers], timeout=5)

    for _ in range(20):
        assert site.get("/health").status_code == 200
    eventually(lambda: len(loaded(site)) == 2, 30, "the other one is there again")
    assert counted(site) >= 20


def test_a_killed_web_worker_is_started_again(shared_site: Site) -> None:
    server = shared_site.find("front.server")
    assert server is not None
    both = [server, *server.children()]
    assert len(both) == 2
    both[1].kill()
    psutil.wait_procs(both, timeout=60)

    assert requests.get(shared_site.url("/login/"), timeout=60).status_code == 200


def test_a_killed_reader_is_started_again(shared_site: Site) -> None:
    slot_0 = "worker ocr --slot 0"
    before = eventually(lambda: shared_site.find(slot_0), 20, "a reader")
    before.kill()
    psutil.wait_procs([before], timeout=60)

    after = eventually(lambda: shared_site.find(slot_0), 20, "another reader")

    assert after.pid != before.pid


@pytest.mark.any_database
def test_a_killed_queue_is_started_again(shared_site: Site) -> None:
    before = shared_site.find(QUEUE)
    assert before is not None
    before.kill()

    def another() -> psutil.Process | None:
        now = shared_site.find(QUEUE)
        return now if now is not None and now.pid != before.pid else None

    eventually(another, 10, "another queue server")
    eventually(
        lambda: not queue_problems(shared_site),
        10,
        "a queue that answers",
    )


@pytest.mark.any_database
def test_a_queue_that_can_not_be_read_is_put_aside(data_dir: Path) -> None:
    files = data_dir / "queue" / "appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.manifest").write_bytes(b"\xff not a manifest\n")

    with running(data_dir) as site:
        site.wait_for_bootstrap()

        eventually(
            lambda: not queue_problems(site),
            20,
            "a queue that answers",
        )
        assert [path for path in data_dir.iterdir() if "unreadable" in path.name]
