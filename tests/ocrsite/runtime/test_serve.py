"""`manage.py serve` starts, in real processes, or says in one sentence why not."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.busy import slowdown
from tests.ocrsite.running_site import (
    ADMIN_PASSWORD,
    Site,
    eventually,
    free_port,
    refused,
    running,
    running_from_nothing,
)
from tests.ocrsite.runtime.conftest import QUEUE

pytestmark = [pytest.mark.real_site, pytest.mark.chaos]


def passwords_in(log: str) -> list[str]:
    return re.findall(r'"password": "([^"]+)"', log)


# --- the start --------------------------------------------------------------------------------


@pytest.mark.any_database
def test_health_answers_within_three_seconds_of_the_start(tmp_path: Path) -> None:
    # The machine may be busy with other tests: the promise is about the site, so one start in
    # three has to keep it, and a second of an idle machine may be several.
    seconds = []
    for attempt in range(3):
        with running_from_nothing(tmp_path / f"data{attempt}") as site:
            found = site.wait_for_health()
            seconds.append(time.monotonic() - site.started)
        assert found["status"] == "starting"
        if seconds[-1] < 3 * slowdown():
            return
    pytest.fail(f"health answered after {seconds} seconds")


@pytest.mark.any_database
def test_a_request_during_the_start_is_told_when_to_come_back(fresh_site: Site) -> None:
    fresh_site.wait_for_health()

    api = fresh_site.get("/api/v1/documents/")
    page = fresh_site.get("/admin/", headers={"Accept": "text/html"})

    assert fresh_site.get("/health").json()["status"] == "starting", "bootstrap was over too early"
    assert api.status_code == page.status_code == 503
    assert api.headers["Content-Type"] == "application/problem+json"
    assert api.json()["status"] == 503
    assert int(api.headers["Retry-After"]) > 0
    assert "text/html" in page.headers["Content-Type"]


def test_a_fresh_start_makes_an_administrator_whose_password_is_shown_once(
    data_dir: Path,
) -> None:
    with running_from_nothing(data_dir) as site:
        site.wait_for_bootstrap()
        [password] = passwords_in(site.log)
        site.stop()

    with running(data_dir) as again:
        again.wait_for_bootstrap()

        assert passwords_in(again.log) == [password], "the second start shows none"
        assert _can_log_in(again, password), "the second start keeps the account"


def test_a_given_password_is_the_administrators_and_is_not_in_the_log(shared_site: Site) -> None:
    assert _can_log_in(shared_site, ADMIN_PASSWORD)
    assert ADMIN_PASSWORD not in shared_site.log


def test_the_administrators_password_is_not_passed_on_to_other_processes(
    shared_site: Site,
) -> None:
    supervisor = shared_site.process.pid
    others = [process for process in shared_site.processes() if process.pid != supervisor]

    assert others
    assert not [p for p in others if ADMIN_PASSWORD in p.environ().values()]


@pytest.mark.any_database
def test_a_data_directory_with_a_very_long_path_works(tmp_path: Path) -> None:
    # A unix socket could not have such a path.
    deep = tmp_path / ("long" * 20) / ("longer" * 20) / "data"
    deep.parent.mkdir(parents=True)

    with running(deep) as site:
        site.wait_for_bootstrap()
        eventually(lambda: site.find(QUEUE), 5, "a queue")

        assert not any(
            "queue does not answer" in line for line in site.get("/health").json()["warnings"]
        )


def _can_log_in(site: Site, password: str) -> bool:
    session = requests.Session()
    session.get(site.url("/login/"), timeout=60)
    answer = session.post(
        site.url("/login/"),
        data={
            "username": "admin",
            "password": password,
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        },
        timeout=60,
        allow_redirects=False,
    )
    return answer.status_code == 302


def test_it_is_ready_once_its_readers_are_there(shared_site: Site) -> None:
    eventually(lambda: shared_site.get("/health/ready").status_code == 200, 60, "readiness")

    def settled() -> dict[str, Any] | None:
        found = shared_site.health()
        both = found is not None and found["queue"]["workers"] == 2
        return found if both and found and found["ocr_engine"]["state"] != "loading" else None

    found = eventually(settled, 60, "both readers and their engines")

    assert found["status"] in ("healthy", "degraded"), "degraded: without Tesseract's data"
    assert found["ocr_engine"]["name"] in ("tesseract", "paddleocr-vl")


# --- a start that can't be ---------------------------------------------------------------------


@pytest.mark.any_database
def test_a_second_instance_on_the_same_data_directory_is_refused(shared_site: Site) -> None:
    result = refused(shared_site.data_dir, PORT=str(free_port()))

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert str(shared_site.data_dir) in result.stderr
    assert shared_site.health(), "the first one goes on"


@pytest.mark.any_database
def test_a_taken_port_is_refused(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]

        result = refused(data_dir, PORT=str(port))

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert str(port) in result.stderr


@pytest.mark.any_database
def test_a_given_data_directory_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")

    result = refused(blocked / "data", PORT=str(free_port()))

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert "OCRSITE_DATA_DIR" in result.stderr


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["lock", "run", "queue"])
def test_a_data_directory_that_can_not_be_used_is_refused(data_dir: Path, name: str) -> None:
    # Of the wrong kind, because root may use whatever belongs to another user.
    data_dir.mkdir()
    if name == "lock":
        (data_dir / name).mkdir()
    else:
        (data_dir / name).write_text("not a directory")

    result = refused(data_dir, PORT=str(free_port()))

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert f"the data directory {data_dir} can't be used: {data_dir / name}" in result.stderr


@pytest.mark.any_database
def test_a_wrong_value_is_refused(data_dir: Path) -> None:
    result = refused(data_dir, PORT="eighty")

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert "PORT" in result.stderr


@pytest.mark.any_database
def test_one_role_alone_needs_a_queue_to_share(data_dir: Path) -> None:
    result = refused(data_dir, "web", PORT=str(free_port()))

    assert result.returncode == 1
    assert _is_one_sentence(result.stderr)
    assert "REDIS_URL" in result.stderr


def _is_one_sentence(text: str) -> bool:
    return text.startswith("ocrsite: ") and text.count("\n") == 1 and text.endswith(".\n")
