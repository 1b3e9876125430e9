"""The search index of a real site is killed, deleted and damaged; it comes back whole by itself."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from documents.search.index.index_files import read_current
from tests.chaos.letters import Letter, digital, send, wait_until_read
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

pytestmark = [
    pytest.mark.real_site,
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

FOLLOWER = "manage.py search follow"
#: A process that died is started again after half a second, later ones after longer pauses.
WITHIN = 60.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("search") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1") as site:
        site.wait_for_ocr_workers()
        site.log_in()
        yield site


class Archive:
    """What was put into the site so far, by all tests of this module."""

    pages = 0


def put(site: Site) -> Letter:
    """One more document, read."""
    letter = digital(1000 + Archive.pages)
    sent = send(site, [letter])
    wait_until_read(site, sent)
    Archive.pages += letter.pages
    return letter


def entries(site: Site) -> int:
    """Pages that are found without a word that none has; -1 while there is no whole answer."""
    with contextlib.suppress(requests.RequestException):
        answer = site.call("/api/v1/search/", params={"q": "-zzzzzz"})
        if answer.status_code == 200 and answer.json()["index"]["complete"]:
            return int(answer.json()["count"])
    return -1


def is_whole(site: Site) -> None:
    eventually(lambda: entries(site) == Archive.pages, WITHIN, f"{Archive.pages} pages found")


def follower(site: Site) -> psutil.Process:
    found = eventually(lambda: site.find(FOLLOWER), WITHIN, "a process that follows")
    assert isinstance(found, psutil.Process)
    return found


def generation(site: Site) -> Path:
    found = eventually(lambda: read_current(site.data_dir / "search"), WITHIN, "an index")
    assert isinstance(found, Path)
    return found


def test_a_page_is_found_once_it_was_read(site: Site) -> None:
    put(site)
    is_whole(site)


def test_a_killed_process_comes_back_and_misses_nothing(site: Site) -> None:
    for _ in range(2):
        before = follower(site)
        before.send_signal(signal.SIGKILL)
        put(site)
        is_whole(site)
        assert follower(site).pid != before.pid


def test_a_deleted_index_comes_back(site: Site) -> None:
    put(site)
    shutil.rmtree(site.data_dir / "search", ignore_errors=True)
    is_whole(site)


@pytest.mark.parametrize("suffix", ["store", "term", "pos"])
def test_a_truncated_segment_comes_back(site: Site, suffix: str) -> None:
    """A reader may hold the file in memory: losing its end may kill that process, and then the
    supervisor starts it again."""
    put(site)
    is_whole(site)
    segment = max(generation(site).glob(f"*.{suffix}"), key=lambda path: path.stat().st_size)
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size // 2)
    before = generation(site)

    def is_new() -> bool:
        entries(site)
        return read_current(site.data_dir / "search") != before

    eventually(is_new, WITHIN, "another index")
    is_whole(site)


def test_it_is_whole_after_a_start(site: Site) -> None:
    put(site)
    site.stop()
    site.start()
    site.wait_for_bootstrap()
    is_whole(site)
