"""While a model loads, for minutes maybe, the site is there for its probe and its people."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.busy import slowdown
from tests.chaos.letters import letters
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port, running
from tests.ocrsite.slow_engines import slow_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

LOADS_SECONDS = 8.0


@dataclass
class Watched:
    """What was seen while the engine loaded. `waits`: seconds of each answer of /health."""

    site: Site
    states: set[str] = field(default_factory=set)
    statuses: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    uploaded: str = ""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    data_dir: Path = tmp_path_factory.mktemp("loading") / "data"
    with running(
        data_dir,
        port=free_port(),
        OCRSITE_WORKERS="1",
        OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD,
        **slow_engine(LOADS_SECONDS),
    ) as site:
        found = Watched(site)
        site.wait_for_bootstrap(60)
        # The reader is there: from here on it is the engine that is waited for.
        eventually(lambda: (site.health() or {}).get("queue", {}).get("workers"), 60, "a reader")
        site.log_in()
        [letter] = letters(1)
        assert letter.name.startswith("photo"), "an image: it needs the engine"
        found.uploaded = site.upload(letter.name, letter.content).json()["id"]
        _watch(found)
        yield found


def _watch(found: Watched, within: float = 90) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        begun = time.monotonic()
        health = found.site.health()
        found.waits.append(time.monotonic() - begun)
        assert health is not None
        if health["ocr_engine"]["state"] == "ready":
            return
        found.states.add(health["ocr_engine"]["state"])
        found.statuses.add(health["status"])
        time.sleep(0.1)
    raise AssertionError(f"the engine was not ready within {within} s")


def test_health_says_that_the_engine_loads_and_that_all_is_well(watched: Watched) -> None:
    assert watched.states == {"loading"}
    assert watched.statuses <= {"starting", "healthy"}


def test_every_answer_of_health_came_within_a_second(watched: Watched) -> None:
    limit = slowdown()
    slow = [wait for wait in watched.waits if wait >= limit]

    # A busy test machine may stretch some; an engine that holds up the web all of them.
    assert len(watched.waits) > 10
    assert len(slow) <= len(watched.waits) // 10, slow


def test_what_was_uploaded_meanwhile_is_read_afterwards(watched: Watched) -> None:
    def read() -> bool:
        return bool(watched.site.document(watched.uploaded)["status"] == "ready")

    eventually(read, 60, "the document")
    text = watched.site.call(f"/api/v1/documents/{watched.uploaded}/result.txt").text
    assert "Letter" in text
