"""Several machines, one archive: two webs and three workers, each with a disk of its own.

Runs where the suite runs on PostgreSQL: that is what machines share, beside the queue and the
bucket.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from ocr_worker.process_death import die_with_parent
from ocrsite.runtime import queue_server
from tests.chaos.letters import Letter, assert_read_once, letters, send, wait_until_read
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port, running
from tests.s3 import S3Server

pytestmark = [
    pytest.mark.real_site,
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.s3,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not os.environ.get("OCRSITE_TEST_DATABASE_URL"),
        reason="only PostgreSQL is shared by several machines",
    ),
]


@pytest.fixture
def shared_by_all(tmp_path: Path, s3_server: S3Server) -> Iterator[dict[str, str]]:
    """The variables of every machine: one database, one queue, one bucket."""
    server = os.environ["OCRSITE_TEST_DATABASE_URL"]
    name = f"machines_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with _queue(tmp_path / "queue") as queue:
        yield {
            "DATABASE_URL": server.replace("/postgres?", f"/{name}?"),
            "REDIS_URL": queue,
            "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "OCRSITE_WORKERS": "1",
            **s3_server.variables(s3_server.new_bucket()),
        }


@contextlib.contextmanager
def _queue(directory: Path) -> Iterator[str]:
    directory.mkdir()
    port, parent = free_port(), os.getpid()
    server = subprocess.Popen(
        [queue_server.find_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
         "--dir", str(directory), "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: die_with_parent(parent),
    )  # fmt: skip
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait(60)


def test_sixty_pages_are_read_once_by_three_workers_one_of_which_is_lost(
    tmp_path: Path, shared_by_all: dict[str, str]
) -> None:
    given = _sixty_pages()
    with ExitStack() as machines:

        def machine(role: str, number: int) -> Site:
            directory = tmp_path / f"{role}-{number}"
            return machines.enter_context(
                running(directory, role, port=free_port(), **shared_by_all)
            )

        webs = [machine("web", number) for number in range(2)]
        workers = [machine("worker", number) for number in range(3)]
        for web in webs:
            web.wait_for_bootstrap(60)
            web.log_in()
        eventually(lambda: _readers(webs[0]) == 3, 90, "three readers with their engines")

        half = len(given) // 2
        sent = [*send(webs[0], given[:half]), *send(webs[1], given[half:])]
        lost = workers[0]
        eventually(lambda: _has_read(lost), 60, "a page read by the worker that will be lost")
        lost.destroy()

        wait_until_read(webs[0], sent, within=180)
        assert_read_once(webs[0], sent)
        # The other web never had half of the files, and none of the results.
        assert_read_once(webs[1], sent)
        for one in sent[:4] + sent[-4:]:
            for web in webs:
                original = web.call(f"/api/v1/documents/{one.id}/original/")
                assert original.content == one.letter.content
                image = web.call(f"/api/v1/documents/{one.id}/pages/1/image/")
                assert image.headers["Content-Type"] == "image/webp"
        eventually(
            lambda: all(webs[0].document(one.id)["storage"] == "mirrored" for one in sent),
            60,
            "everything in the bucket",
        )


def _sixty_pages() -> list[Letter]:
    given: list[Letter] = []
    while sum(letter.pages for letter in given) < 60:
        given += letters(1)
    return given


def _readers(site: Site) -> int:
    ready = "SELECT count(*) FROM documents_workerprocess WHERE engine_state = 'ready'"
    return int(site.rows(f"{ready} AND kind = 'ocr'")[0][0])


def _has_read(machine: Site) -> bool:
    pids = ",".join(str(process.pid) for process in machine.processes()) or "0"
    sql = "SELECT count(*) FROM documents_page WHERE status = 'running' AND lease_owner IN "
    owners = f"(SELECT id FROM documents_workerprocess WHERE kind = 'ocr' AND pid IN ({pids}))"
    return bool(machine.rows(sql + owners)[0][0])
