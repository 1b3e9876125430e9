"""The whole site with the batched recogniser, whose processes are killed while pages are read."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator

import pytest

from tests.ocrsite.running_site import Site, eventually
from tests.paddle.batched_site import (
    PAGES,
    READER,
    RECOGNISER,
    SENTENCE,
    WORDS,
    find,
    make_site,
    running_pages,
    scan,
    texts,
)
from tests.paddle.conftest import VERSION, require_pytorch

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.chaos,
    pytest.mark.skipif(
        VERSION != "v1.6", reason="once is enough: the seam is tested for each line"
    ),
]

#: `tests.benchmarks.kill_recogniser` does it fifty times.
KILLS = 3
DOCUMENTS = 2


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    require_pytorch()
    directory = tmp_path_factory.mktemp("site")
    site = make_site(directory)
    site.start()
    try:
        site.wait_for_bootstrap()
        site.log_in()
        site.wait_for_ocr_workers(300)
        yield site
    finally:
        site.process.kill()
        site.process.wait(20)


def test_no_page_is_lost_or_read_twice_whatever_is_killed(site: Site) -> None:
    chance = random.Random(3)
    documents = [
        site.upload(f"scan{number}.pdf", scan(number), ocr="always").json()["id"]
        for number in range(DOCUMENTS)
    ]
    for kill in range(KILLS):
        victim = READER if kill % 3 == 2 else RECOGNISER
        eventually(lambda: running_pages(site) > 1, 120, "pages in flight")
        process = eventually(lambda what=victim: find(site, what), 120, victim)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        if all(site.document(each)["status"] == "ready" for each in documents):
            break

    for document in documents:
        eventually(
            lambda each=document: site.document(each)["status"] == "ready",  # type: ignore[misc]
            300,
            "every page",
        )
    readings = site.rows("select page_id, count(*) from documents_reading group by page_id")
    assert sorted(count for _, count in readings) == [1] * PAGES * DOCUMENTS
    versions = site.rows("select distinct engine_version from documents_reading")
    assert all(" batched + " in version for (version,) in versions), versions
    for document in documents:
        for page in texts(site, document):
            assert SENTENCE in page


def test_the_metrics_say_what_the_recogniser_has_done(site: Site) -> None:
    """It tells so with each answer, and its reader in the next report."""
    counted = r'^ocrsite_recogniser_{}_total\{{worker="[^"]+"\}} (\S+)$'

    def done() -> dict[str, float]:
        text = site.get("/metrics").text
        found = {
            name: re.search(counted.format(name), text, re.MULTILINE)
            for name in ("blocks", "tokens", "steps", "seconds")
        }
        return {name: float(match[1]) for name, match in found.items() if match}

    load = eventually(done, 60, "a report of the recogniser")

    assert load["blocks"] >= 1
    assert load["tokens"] >= load["steps"] >= len(WORDS)
    assert load["seconds"] > 0


def test_a_stop_gives_all_pages_in_flight_back(site: Site) -> None:
    for number in range(DOCUMENTS, 2 * DOCUMENTS):
        site.upload(f"scan{number}.pdf", scan(number), ocr="always")
    eventually(lambda: running_pages(site) > 3, 120, "pages in flight")
    recogniser = find(site, RECOGNISER)
    assert recogniser is not None
    recogniser.suspend()  # no page ends by itself

    site.stop(within=10)

    assert running_pages(site) == 0
    attempts = site.rows("select distinct attempts from documents_page where status = 'pending'")
    assert attempts == [(0,)]
    assert not recogniser.is_running()
