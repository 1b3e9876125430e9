"""Search while pages are recorded: four writers and eight readers on one running site for a minute.

The writers record pages as readers of the product do (`record_reading`, one transaction a page, as
fast as the database takes them, and as far behind all else on the machine as `serve` puts its
readers), each page with a word of its own at its beginning and another at
its end. The readers ask over HTTP, without a pause, for words of pages just recorded. Reported are
errors, half pages (one word of a page found without the other), and how long a page waited from
its commit until the index had it. `OCRSITE_TEST_DATABASE=postgresql` in the environment takes a
PostgreSQL of its own instead of SQLite.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import requests

from tests.benchmarks.product import Product, print_load
from tests.benchmarks.zipf import Pages
from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.db import connections  # noqa: E402

from documents.actions.record_reading import record_reading  # noqa: E402
from documents.errors import LeaseLost  # noqa: E402
from documents.events import commit_version  # noqa: E402
from documents.models import FIRST_TEAM_ID, Document, Page, PageStatus, Status, Task  # noqa: E402
from documents.models.claim import PageClaim  # noqa: E402
from documents.search.index.index_reader import IndexReader  # noqa: E402
from documents.text.page_layout import Block, PageLayout  # noqa: E402
from tests.benchmarks.search import use_database  # noqa: E402
from tests.ocrsite.running_site import ADMIN_PASSWORD, eventually, running  # noqa: E402

WRITERS, READERS = 4, 8
#: Of a reader (ocrsite/runtime/services.py).
NICE = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=0.0, help="a writer's pause, seconds")
    asked = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-search-load-"))
    print_load()
    try:
        measure(base / "data", asked.seconds, asked.every)
    finally:
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()


def measure(data_dir: Path, seconds: float, every: float) -> None:
    data_dir.mkdir(parents=True)
    use_database(data_dir)
    connections.close_all()
    with running(data_dir, OCRSITE_WORKERS="1", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_ocr_workers()
        product = Product(site)
        product.log_in()
        token = str(product._session.headers["Authorization"])
        written: Queue[tuple[str, float]] = multiprocessing.Queue()
        stop = multiprocessing.Event()
        writers = [
            multiprocessing.Process(target=write, args=(data_dir, n, every, written, stop))
            for n in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        watcher = Watcher(data_dir / "search", written)
        readers = [Asker(site.url("/api/v1/search/"), token, watcher) for _ in range(READERS)]
        for thread in (watcher, *readers):
            thread.start()
        time.sleep(seconds)
        stop.set()
        # Before they are waited for: a process does not end while what it told is not taken.
        for writer in writers:
            writer.join(60)
        for reader in readers:
            reader.stopping.set()
        eventually(lambda: not watcher.waiting and written.empty(), 30, "the last page found")
        watcher.stopping.set()
        report(watcher, readers, seconds)
        site.stop(within=20)
    print_load()


def write(data_dir: Path, number: int, every: float, written: Any, stop: Any) -> None:
    os.nice(NICE)
    use_database(data_dir)
    made = Pages(seed=number)
    serial = 0
    while not stop.is_set():
        document = Document(
            team_id=FIRST_TEAM_ID, title=f"writer {number}", filename="scan.pdf",
            sha256=uuid.uuid4().hex * 2, size=1, mime_type="application/pdf",
            status=Status.PROCESSING, task=Task.NONE, page_count=20, manifest_version=2**30,
        )  # fmt: skip
        commit_version(document, 1)
        for at in range(1, 21):
            if stop.is_set():
                break
            serial += 1
            mark = f"{number}x{serial}"
            # Held from its beginning, so that no reader of the site takes it.
            page = Page.objects.create(
                document=document, number=at, status=PageStatus.RUNNING, lease_token=1,
                lease_owner="benchmark", start_id=uuid.uuid4(), attempts=1,
            )  # fmt: skip
            claim = PageClaim(
                page.id, document.id, at, 1, 1, 1, "scan.pdf", "application/pdf", "", "auto", ""
            )
            text = f"begin{mark} {made.page()} end{mark}"
            block = Block("b0", "text", (0, 0, 1240, 1754), 0, text)
            layout = PageLayout(width=1240, height=1754, dpi=150.0, blocks=(block,))
            try:
                record_reading(claim, layout, engine="tesseract", engine_version="benchmark")
            except LeaseLost:  # the site looked for pages of dead readers in this very moment
                continue
            written.put((mark, time.time()))
            if every:
                time.sleep(every)


class Watcher(threading.Thread):
    """Looks into the index, many times a second, for the pages that were recorded."""

    def __init__(self, root: Path, written: Any) -> None:
        super().__init__(daemon=True)
        self.reader, self.written = IndexReader(root), written
        self.waiting: dict[str, float] = {}
        self.lags: list[float] = []
        self.recent: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            while not self.written.empty():
                mark, at = self.written.get()
                self.waiting[mark] = at
            snapshot, now = self.reader.open_snapshot(), time.time()
            for mark in list(self.waiting):
                if snapshot.count_term("words", f"end{mark}"):
                    self.lags.append(now - self.waiting.pop(mark))
                    self.recent = [*self.recent[-50:], mark]
            time.sleep(0.02)


class Asker(threading.Thread):
    def __init__(self, url: str, token: str, watcher: Watcher) -> None:
        super().__init__(daemon=True)
        self.url, self.watcher = url, watcher
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = token
        self.taken: list[float] = []
        self.errors: list[str] = []
        self.halves = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        chance = random.Random(id(self))
        while not self.stopping.is_set():
            recent = self.watcher.recent
            if not recent:
                time.sleep(0.05)
                continue
            mark = chance.choice(recent)
            whole = self.count(f'"begin{mark}" "end{mark}"')
            half = self.count(f'"begin{mark}" -"end{mark}"')
            self.halves += whole != 1 or half != 0

    def count(self, q: str) -> int:
        begun = time.perf_counter()
        try:
            answer = self.session.get(self.url, params={"q": q}, timeout=30)
            answer.raise_for_status()
            return int(answer.json()["count"])
        except (requests.RequestException, ValueError, KeyError) as error:
            self.errors.append(str(error)[:200])
            return -1
        finally:
            self.taken.append(time.perf_counter() - begun)


def report(watcher: Watcher, readers: list[Asker], seconds: float) -> None:
    lags = sorted(watcher.lags)
    taken = sorted(each for reader in readers for each in reader.taken)
    errors = [error for reader in readers for error in reader.errors]
    halves = sum(reader.halves for reader in readers)
    print(f"\n{WRITERS} writers recorded {len(lags)} pages ({len(lags) / seconds:.0f} a second)")
    print(f"{READERS} readers asked {len(taken)} questions ({len(taken) / seconds:.0f} a second)")
    print(f"errors: {len(errors)} {errors[:3] or ''}; half pages: {halves}")
    print(f"lag: p50 {_at(lags, 0.5):.2f} s, p99 {_at(lags, 0.99):.2f} s, most {lags[-1]:.2f} s")
    print(f"answers: p50 {_at(taken, 0.5) * 1e3:.0f} ms, p95 {_at(taken, 0.95) * 1e3:.0f} ms, "
          f"mean {statistics.mean(taken) * 1e3:.0f} ms")  # fmt: skip


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
