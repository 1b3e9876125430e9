"""Processes of a real site are killed while it reads; nothing is lost, nothing is read twice.

The tests share one site: each puts documents of its own into it, and finds it whole again.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.busy import allow
from tests.chaos.letters import (
    assert_read_once,
    letters,
    send,
    slow_letter,
    wait_until_read,
)
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, eventually, running

pytestmark = [
    pytest.mark.real_site,
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

QUEUE = "(valkey|redis)-server"
BACKGROUND = "worker background"

#: A lease lasts 30 s and is looked for every 30 s; where nobody can know that its holder is dead
#: (PostgreSQL may have readers elsewhere), that is what a kill costs. The rest is for reading.
WITHIN = 150.0


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("chaos") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="2") as site:
        site.wait_for_ocr_workers()
        site.log_in()
        yield site
        site.stop()
        assert site.processes() == [], "nothing is left behind"


@pytest.fixture
def site(whole_site: Site) -> Site:
    if whole_site.process.poll() is not None:
        whole_site.start()
    whole_site.wait_for_ocr_workers()
    return whole_site


def reader(slot: int) -> str:
    return f"worker ocr --slot {slot}"


def held_by(site: Site, slot: int) -> list[tuple[str, ...]]:
    """The page that a reader is at."""
    return site.rows(
        "SELECT id FROM documents_page WHERE status = 'running' "
        f"AND lease_owner LIKE '%:ocr:{slot}'"
    )


def tasks_held(site: Site) -> bool:
    sql = "SELECT count(*) FROM documents_document WHERE task <> '' AND task_attempts > 0"
    return bool(site.rows(f"{sql} AND task_lease_expires_at IS NOT NULL")[0][0])


def a_page_is_being_read(site: Site) -> bool:
    return bool(site.rows("SELECT 1 FROM documents_page WHERE status = 'running'"))


@contextlib.contextmanager
def stopped_in_the_middle(site: Site, pattern: str, at_work: object) -> Iterator[psutil.Process]:
    """The process, caught (SIGSTOP) while `at_work` is true of it."""
    assert callable(at_work)

    def caught() -> psutil.Process | None:
        process = site.find(pattern)
        if process is None or not at_work():
            return None
        process.suspend()
        time.sleep(0.05)  # what was on its way into the database is there now
        if at_work():
            return process
        process.resume()
        return None

    process = eventually(caught, 60, f"{pattern} at work")
    try:
        yield process
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def kill(process: psutil.Process) -> None:
    process.kill()
    psutil.wait_procs([process], timeout=60)


def as_if_leases_had_run_out(site: Site) -> None:
    """Those of the dead: where it can't be known that they are (PostgreSQL may have readers on
    other machines), only time frees what they held. Here the time is spared."""
    past = "'2020-01-01 00:00:00+00'"
    site.rows(f"UPDATE documents_page SET lease_expires_at = {past} WHERE status = 'running'")
    site.rows(f"UPDATE documents_document SET task_lease_expires_at = {past} "
              "WHERE task_lease_expires_at IS NOT NULL")  # fmt: skip


def spare_the_wait(site: Site) -> None:
    """For when nobody of the site is alive. SQLite's one supervisor must know by itself."""
    if "DATABASE_URL" in site.variables:
        as_if_leases_had_run_out(site)


def attempts(site: Site, page: tuple[str, ...]) -> int:
    return int(site.rows(f"SELECT attempts FROM documents_page WHERE id = '{page[0]}'")[0][0])


def test_a_reader_killed_in_mid_page_costs_one_attempt_and_no_page(site: Site) -> None:
    sent = send(site, letters())
    with stopped_in_the_middle(site, reader(0), lambda: held_by(site, 0)) as process:
        [page] = held_by(site, 0)

        kill(process)

    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)
    assert attempts(site, page) == 2
    assert "pages_of_dead_worker_released" in site.log


@pytest.mark.sqlite_only
def test_a_queue_that_is_killed_and_wiped_loses_nothing(site: Site) -> None:
    sent = send(site, letters())
    eventually(lambda: a_page_is_being_read(site), 30, "reading")
    queue = site.find(QUEUE)
    assert queue is not None

    queue.suspend()
    shutil.rmtree(site.data_dir / "queue" / "appendonlydir")
    kill(queue)

    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)


def test_a_web_process_that_is_killed_takes_no_document_with_it(site: Site) -> None:
    sent = send(site, letters())
    web = site.find("front.server")
    assert web is not None
    both = [web, *web.children()]

    for process in both:
        process.kill()
    psutil.wait_procs(both, timeout=60)

    wait_until_read(site, sent, WITHIN)
    site.wait_for_bootstrap(90)
    assert_read_once(site, sent)


def test_a_background_process_killed_at_work_loses_no_document(site: Site) -> None:
    sent = send(site, letters(8))

    # Its background tasks are short; more documents come until one is caught half-way.
    def at_work() -> bool:
        if not tasks_held(site):
            sent.extend(send(site, letters(2)))
        return tasks_held(site)

    with stopped_in_the_middle(site, BACKGROUND, at_work) as process:
        kill(process)

    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)


def test_a_killed_supervisor_loses_nothing(site: Site) -> None:
    sent = send(site, letters())
    eventually(lambda: a_page_is_being_read(site), 30, "reading")

    site.process.kill()
    site.process.wait(60)
    eventually(lambda: not site.processes(), 5, "the end of every child")
    spare_the_wait(site)
    site.start()

    site.wait_for_bootstrap(90)
    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)


def test_what_was_answered_with_201_survives_a_kill_of_everything(site: Site) -> None:
    some = letters(4)
    sent = send(site, some)

    site.destroy()
    eventually(lambda: not site.processes(), 5, "the end of every process")
    spare_the_wait(site)
    site.start()

    site.wait_for_bootstrap(90)
    for one in sent:
        original = site.call(f"/api/v1/documents/{one.id}/original/")
        assert original.content == one.letter.content
    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)


@pytest.mark.sqlite_only
def test_uploads_are_taken_in_while_the_queue_is_down(site: Site) -> None:
    first, second, third = letters(3)
    queue = site.find(QUEUE)
    assert queue is not None

    queue.suspend()
    begun = time.monotonic()
    sent = send(site, [first])
    assert time.monotonic() - begun < allow(10), "a queue that hangs is not waited for"
    queue.kill()
    sent += send(site, [second, third])

    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)


def test_a_reader_that_was_away_past_its_lease_records_nothing(site: Site) -> None:
    sent = send(site, [slow_letter(), slow_letter()])  # one for each reader
    with stopped_in_the_middle(site, reader(0), lambda: held_by(site, 0)) as process:
        [page] = held_by(site, 0)

        let_its_lease_run_out(site, 0)
        wait_until_read(site, sent, WITHIN)
        by_the_other = [site.document(one.id) for one in sent]
        before = site.log.count("lease_lost")
        process.resume()

        eventually(lambda: site.log.count("lease_lost") > before, 60, "its return")
    assert_read_once(site, sent)
    assert [site.document(one.id) for one in sent] == by_the_other
    assert attempts(site, page) == 2
    assert process.is_running(), "it goes on with other pages"


def let_its_lease_run_out(site: Site, slot: int) -> None:
    """As if the time had passed, then what runs every 30 s."""
    site.rows(
        "UPDATE documents_page SET lease_expires_at = '2020-01-01 00:00:00+00' "
        f"WHERE status = 'running' AND lease_owner LIKE '%:ocr:{slot}'"
    )
    queue = f"unix://{site.data_dir / 'run' / 'queue.sock'}"
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c",
         "from ocr_worker.reconcile import reconcile; reconcile()"],
        cwd=ROOT,
        env={"OCRSITE_DATA_DIR": str(site.data_dir), "REDIS_URL": queue, **site.variables},
        check=True,
        timeout=60,
    )  # fmt: skip


@pytest.mark.sqlite_only
def test_a_stop_while_pages_are_read_costs_no_attempt(site: Site) -> None:
    sent = send(site, [slow_letter(), slow_letter(), *letters(4)])
    eventually(lambda: held_by(site, 0) and held_by(site, 1), 30, "both readers at work")

    site.stop(signal.SIGTERM, within=10)

    assert site.processes() == []
    unread = "SELECT status, attempts, lease_owner FROM documents_page WHERE status <> 'done'"
    left = site.rows(unread)
    assert left, "it was stopped before the end"
    assert set(left) == {("pending", 0, "")}

    site.start()
    site.wait_for_bootstrap(90)
    wait_until_read(site, sent, WITHIN)
    assert_read_once(site, sent)
