"""A bucket that fails in three ways while people go on uploading.

    python -m tests.benchmarks.outage [--quick]

A steady stream of uploads into a site whose bucket (a real S3 server behind a gateway) does not
answer for 60 s, then refuses every write (403) for 30 s, then is full (507) for 30 s, and then is
well again. Every upload must be accepted; `/health` and the documents' `storage` must say how it
stands; and afterwards everything must be mirrored, without anybody doing anything.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.benchmarks.product import print_head, print_load, print_row  # noqa: E402
from tests.chaos.letters import Letter, letters  # noqa: E402
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port  # noqa: E402
from tests.s3 import S3Server  # noqa: E402
from tests.s3_faults import Fault  # noqa: E402
from tests.s3_front import Front, front_of  # noqa: E402

#: Seconds between two uploads, each after the answer to the one before.
PAUSE = 1.0


@dataclass
class Phase:
    name: str
    seconds: float
    fault: Fault | None = None
    writes_only: bool = False
    times: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    storage: dict[str, int] = field(default_factory=dict)
    #: What /health said, and seconds until it said so first.
    said: dict[str, float] = field(default_factory=dict)
    slowest_health: float = 0.0
    documents: list[str] = field(default_factory=list)


def phases(scale: float) -> list[Phase]:
    return [
        Phase("well", 10 * scale),
        Phase("does not answer", 60 * scale, Fault(kind="hang")),
        Phase("refuses writes (403)", 30 * scale, Fault(403, "AccessDenied", "No."), True),
        Phase("full (507)", 30 * scale, Fault(507, "InsufficientStorage", "Quota."), True),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="each for a third of the time")
    asked = parser.parse_args()
    print_load()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-outage-"))
    server = S3Server()
    server.start()
    done = phases(1 / 3 if asked.quick else 1)
    try:
        with front_of(server.port) as front:
            variables = server.variables(server.new_bucket())
            site = Site(base / "data", free_port(), {
                **variables, "CLOUDRU_S3_ENDPOINT": front.endpoint,
                "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
            })  # fmt: skip
            site.start()
            try:
                eventually(lambda: site.health() is not None, 30, "health")
                site.wait_for_bootstrap(60)
                site.log_in()
                for phase in done:
                    _run(site, front, phase)
                front.fails(None)
                first, everything, healthy = _wait(site, done)
            except BaseException:
                print(site.log[-4000:])
                raise
            finally:
                site.destroy()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    _print(done)
    print(f"\nthe bucket is well again: all mirrored after {everything:.1f} s (the first after "
          f"{first:.1f} s), /health `configured` after {healthy:.1f} s")  # fmt: skip
    print_load()
    refused = sum(n for phase in done for status, n in phase.answers.items() if status != 201)
    raise SystemExit(bool(refused))


def _run(site: Site, front: Front, phase: Phase) -> None:
    front.fails(phase.fault, writes_only=phase.writes_only)
    begun, over = time.monotonic(), threading.Event()
    watching = threading.Thread(target=_watch, args=(site, phase, begun, over))
    watching.start()
    while time.monotonic() - begun < phase.seconds:
        letter = _letter()
        asked = time.monotonic()
        answer = site.upload(letter.name, letter.content)
        phase.times.append(time.monotonic() - asked)
        phase.answers[answer.status_code] = phase.answers.get(answer.status_code, 0) + 1
        if answer.status_code == 201:
            told = answer.json()["storage"]
            phase.storage[told] = phase.storage.get(told, 0) + 1
            phase.documents.append(answer.json()["id"])
        time.sleep(PAUSE)
    over.set()
    watching.join()


def _letter() -> Letter:
    return next(letter for letter in letters(4) if letter.name.startswith("digital"))


def _watch(site: Site, phase: Phase, begun: float, over: threading.Event) -> None:
    while not over.wait(0.5):
        asked = time.monotonic()
        found = site.health() or {}
        phase.slowest_health = max(phase.slowest_health, time.monotonic() - asked)
        said = " ".join([f"`{found.get('s3_storage')}`", *found.get("warnings", [])])
        phase.said.setdefault(said, time.monotonic() - begun)


def _wait(site: Site, done: list[Phase], within: float = 300) -> tuple[float, float, float]:
    """Seconds until the first pending one, and every one, is mirrored, and /health is well."""
    begun = time.monotonic()
    left = [one for phase in done for one in phase.documents]
    left = [one for one in left if site.document(one)["storage"] != "mirrored"]
    first = everything = healthy = 0.0
    count = len(left)
    while not (everything and healthy):
        now = time.monotonic() - begun
        if now > within:
            raise RuntimeError(f"{len(left)} documents are not mirrored after {within} s")
        left = [one for one in left if site.document(one)["storage"] != "mirrored"]
        if len(left) < count and not first:
            first = now
        if not left and not everything:
            everything = now
        if (site.health() or {}).get("s3_storage") == "configured" and not healthy:
            healthy = now
        time.sleep(0.5)
    return first, everything, healthy


def _print(done: list[Phase]) -> None:
    print_head("the bucket", "s", "uploads", "answers", "`storage`", "slowest, s",
               "slowest `/health`, s")  # fmt: skip
    for phase in done:
        print_row(phase.name, round(phase.seconds), len(phase.times), phase.answers, phase.storage,
                  f"{max(phase.times):.2f}", f"{phase.slowest_health:.2f}")  # fmt: skip
    print()
    for phase in done:
        for said, after in phase.said.items():
            print(f"- {phase.name}, after {after:.1f} s: {said}")


if __name__ == "__main__":
    main()
