"""No request needs more than a few seconds: while both readers are busy and the bucket is away.

    python -m tests.benchmarks.under_load [--seconds N]

A site with two readers reads a long scan; its bucket takes every request and answers none. Two
people at a time do what people do, one thing after the other, and each answer is measured.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.benchmarks.product import print_head, print_load, print_row  # noqa: E402
from tests.chaos.letters import letters, slow_letter  # noqa: E402
from tests.ocrsite.running_site import (  # noqa: E402
    ADMIN_PASSWORD,
    Browser,
    Site,
    eventually,
    free_port,
)
from tests.s3 import S3Server  # noqa: E402
from tests.s3_faults import Fault  # noqa: E402
from tests.s3_front import front_of  # noqa: E402

SIZE = 1_000_000
DENSE_PAGES = 40


class Person:
    """Does everything once a round, and notes how long each answer took, in seconds."""

    def __init__(self, site: Site, browser: Browser, content: bytes) -> None:
        self.site, self.browser, self.content = site, browser, content
        self.times: dict[str, list[float]] = defaultdict(list)
        self.document = ""
        self.told: dict[str, int] = defaultdict(int)

    def round(self) -> None:
        content = self.content + b"\n%" + secrets.token_hex(SIZE // 2).encode()

        def upload() -> None:
            answer = self.site.upload("letter.pdf", content)
            answer.raise_for_status()
            self.document = answer.json()["id"]
            self.told[answer.json()["storage"]] += 1

        self._timed("POST upload, 1 MB", upload)
        self._timed("GET list", lambda: self._get("/api/v1/documents/"))
        self._timed("GET document", lambda: self._get(f"/api/v1/documents/{self.document}/"))
        self._timed("log-in", self.site.log_in)
        self._timed("admin's first page", lambda: self.browser.get("/admin/").raise_for_status())
        self._timed("GET /health", lambda: self._get("/health"))

    def _get(self, path: str) -> None:
        self.site.call(path).raise_for_status()

    def _timed(self, name: str, step: Callable[[], object]) -> None:
        begun = time.monotonic()
        step()
        self.times[name].append(time.monotonic() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=90)
    asked = parser.parse_args()
    print_load()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-load-"))
    server = S3Server()
    server.start()
    try:
        with front_of(server.port) as front:
            site = Site(base / "data", free_port(), {
                **server.variables(server.new_bucket()), "CLOUDRU_S3_ENDPOINT": front.endpoint,
                "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
            })  # fmt: skip
            site.start()
            try:
                eventually(lambda: site.health() is not None, 30, "health")
                site.wait_for_ocr_workers()
                site.log_in()
                for _ in range(2):
                    dense = slow_letter(DENSE_PAGES)
                    site.upload(dense.name, dense.content).raise_for_status()
                front.fails(Fault(kind="hang"))
                people = _people(site)
                waited = _measure(site, people, asked.seconds)
            except BaseException:
                print(site.log[-3000:])
                raise
            finally:
                site.destroy()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    print_head("request", "times", "p50, s", "p99, s", "max, s")
    for name in people[0].times:
        times = sorted(time for person in people for time in person.times[name])
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        print_row(name, len(times), *(f"{t:.2f}" for t in (times[len(times) // 2], p99, times[-1])))
    told = {word: sum(p.told[word] for p in people) for p in people for word in p.told}
    print(f"\nuploads were told {told}; {waited} pages waited for the readers at the end")
    print_load()


def _people(site: Site) -> list[Person]:
    letter = next(letter for letter in letters(4) if letter.name.startswith("digital"))
    people = []
    for _ in range(2):
        own = Site(site.data_dir, site.port)
        own.log_in()
        browser = own.browser()
        browser.submit("/login/", username="admin", password=ADMIN_PASSWORD)
        people.append(Person(own, browser, letter.content))
    return people


def _measure(site: Site, people: list[Person], seconds: float) -> int:
    until, failed = time.monotonic() + seconds, []

    def work(person: Person) -> None:
        try:
            while time.monotonic() < until:
                person.round()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return int((site.health() or {})["queue"]["pending_pages"])


if __name__ == "__main__":
    main()
