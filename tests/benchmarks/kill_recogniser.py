"""Is each page read exactly once, whatever is killed while blocks of many are recognised together?

    python -m tests.benchmarks.kill_recogniser [--kills 50] [--stops 5] [--seed N] [--minutes N]

Needs the environments of `make test-paddle` (this runs in one) and `make test-vlm`. A whole site
reads scans with PaddleOCR-VL and the batched recogniser, on the processor and with small models.
While pages are in flight its recogniser or its reader is killed (-9), at random, and started again
by whoever owns it; the next kill comes once a page was recorded since. A page in flight at three
deaths is set aside; those are asked for again at the end. Then every page must be read, with the
right words, and have one reading. Then the site is stopped (SIGTERM) with pages
in flight that can't be finished: all of them must be given back within ten seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.benchmarks.product import print_load  # noqa: E402
from tests.ocrsite.running_site import Site, eventually  # noqa: E402
from tests.paddle.batched_site import (  # noqa: E402
    PAGES,
    READER,
    RECOGNISER,
    SENTENCE,
    find,
    make_site,
    running_pages,
    scan,
    texts,
)
from tests.paddle.standin.layout import BOXES  # noqa: E402

#: A few blocks on each page, and no second reader: the seconds are not what is looked at.
_BOXES = BOXES[1:5]
#: Pages that wait at least, while processes are killed.
_BACKLOG = 12
#: Seconds, at most, from the moment at which a kill may come to the kill.
_WITHIN = 0.5
#: Seconds that a process has to come back and record a page.
_PATIENCE = 900.0


@dataclass
class Killing:
    """`kills`: of each process; `in_flight`: pages in flight at each of them."""

    site: Site
    documents: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    in_flight: list[int] = field(default_factory=list)
    _started: int = 0
    _recorded: int = 0

    def count(self, what: str) -> int:
        [(found,)] = self.site.rows(f"select count(*) from {what}")
        return int(found)

    def feed(self) -> None:
        """Upload scans until enough pages wait."""
        while self.count("documents_page where status = 'pending'") < _BACKLOG:
            number = len(self.documents)
            answer = self.site.upload(f"scan{number}.pdf", scan(number), ocr="always")
            self.documents.append(str(answer.json()["id"]))
            prepared = f"documents_page where document_id = '{self.documents[-1].replace('-', '')}'"
            eventually(lambda: self.count(prepared) == PAGES, _PATIENCE, "its pages")  # noqa: B023

    def kill(self, name: str, chance: random.Random) -> None:
        """Kill the process in mid-batch: since the last kill a recogniser has become ready and a
        page was recorded, others are in flight, and the recogniser is at work."""
        self.feed()
        eventually(self._goes_on, _PATIENCE, "a page recorded, and others in flight")
        eventually(self._is_at_work, _PATIENCE, "a recogniser at work")
        time.sleep(chance.uniform(0, _WITHIN))
        process = eventually(lambda: find(self.site, name), _PATIENCE, name)
        self.in_flight.append(running_pages(self.site))
        process.kill()
        self.kills[name] += 1
        self._started, self._recorded = self._count_starts(), self.count("documents_reading")

    def _is_at_work(self) -> bool:
        """Whether the recogniser uses the processor: it does nothing between batches."""
        recogniser = find(self.site, RECOGNISER)
        return recogniser is not None and recogniser.cpu_percent(0.2) > 5

    def _goes_on(self) -> bool:
        self.feed()  # the pages after a death are read one by one, until none is left of those
        return (
            self._count_starts() > self._started
            and self.count("documents_reading") > self._recorded
            and running_pages(self.site) > 1
        )

    def _count_starts(self) -> int:
        return self.site.log.count('"recogniser_ready"')

    def wait_until_read(self) -> None:
        deadline = time.monotonic() + 4 * _PATIENCE
        while self.count("documents_document where status in ('queued', 'processing')"):
            if time.monotonic() > deadline:
                print("not all was read in time")
                return
            time.sleep(2)

    def ask_again(self) -> int:
        """Have the pages that were set aside read, as an administrator would; their number."""
        number = self.count("documents_page where status = 'failed'")
        for each in self.documents:
            if self.site.document(each)["pages_failed"]:
                path = f"/api/v1/documents/{each}/reprocess/"
                self.site.call(path, "POST", json={"pages": "failed"}).raise_for_status()
        return number

    def report(self) -> bool:
        """Whether each page was read, rightly, and once."""
        status = {each: self.site.document(each)["status"] for each in self.documents}
        states = Counter(status.values())
        readings = Counter(
            number
            for (number,) in self.site.rows(
                "select count(r.id) from documents_page p left join documents_reading r"
                " on r.page_id = p.id group by p.id"
            )
        )
        ended = [each for each in self.documents if status[each] in ("ready", "partial")]
        wrong = sum(SENTENCE not in page for each in ended for page in texts(self.site, each))
        attempts = dict(
            self.site.rows("select attempts, count(*) from documents_page group by attempts")
        )
        versions = self.site.rows(
            "select engine_version like '% batched%', count(*) from documents_reading group by 1"
        )
        log = self.site.log
        print(f"kills: {dict(self.kills)}, pages in flight at each: {sorted(self.in_flight)}")
        print(f"{len(self.documents)} documents: {dict(states)}")
        print(f"pages by their readings: {dict(readings)}; without their words: {wrong}")
        print(f"pages by attempts: {attempts}; readings by batched or not: {versions}")
        print(f"recogniser_died in the log: {log.count('recogniser_died')}, "
              f"recogniser_fallback: {log.count('recogniser_fallback')}")  # fmt: skip
        return (
            set(states) == {"ready"} and readings == {1: PAGES * len(self.documents)} and not wrong
        )

    def stop(self) -> tuple[int, float, list[Any]]:
        """Stop the site while no page can end: pages in flight, seconds, and what became of them:
        (status, attempts) of the pages that were not done."""
        self.feed()
        eventually(lambda: running_pages(self.site) > 3, _PATIENCE, "pages in flight")
        recogniser = eventually(lambda: find(self.site, RECOGNISER), _PATIENCE, RECOGNISER)
        recogniser.suspend()
        in_flight = running_pages(self.site)
        seconds = self.site.stop(within=60)
        left = self.site.rows(
            "select distinct status, attempts from documents_page where status <> 'done'"
        )
        return in_flight, seconds, left


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--stops", type=int, default=5)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=120, help="no kill comes later")
    given = parser.parse_args(arguments)
    from tests.paddle.conftest import require_pytorch  # only there with paddleocr

    require_pytorch()
    chance = random.Random(given.seed)
    right = True
    print_load()
    with tempfile.TemporaryDirectory(prefix="ocrsite-kills-") as directory:
        site = make_site(Path(directory), _BOXES)
        site.variables["OCRSITE_SECOND_READER"] = "off"
        begin(site)
        try:
            killing = Killing(site)
            ends_at = time.monotonic() + 60 * given.minutes
            while sum(killing.kills.values()) < given.kills and time.monotonic() < ends_at:
                killing.kill(chance.choice((RECOGNISER, RECOGNISER, RECOGNISER, READER)), chance)
            killing.wait_until_read()
            print(f"set aside and asked for again: {killing.ask_again()} pages")
            killing.wait_until_read()
            right = killing.report()
            for number in range(given.stops):
                if number:
                    begin(site)
                in_flight, seconds, left = killing.stop()
                # Each was given back without an attempt that counts.
                right = right and seconds < 10 and {status for status, _ in left} == {"pending"}
                print(f"stop {number + 1}: {in_flight} pages in flight, {seconds:.1f} s; status "
                      f"and attempts of all that are not read: {left}", flush=True)  # fmt: skip
        finally:
            site.destroy()
    print_load()
    print("as it should be" if right else "NOT as it should be")
    return 0 if right else 1


def begin(site: Site) -> None:
    site.start()
    site.wait_for_ocr_workers(_PATIENCE)
    site.log_in()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    PREPARED.clean_up()
    sys.stdout.flush()
    os._exit(code)  # Paddle's threads don't end by themselves
