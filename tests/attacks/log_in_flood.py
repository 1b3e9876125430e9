"""Many log-ins at the same time, each with another name, while honest clients work.

    python -m tests.attacks.log_in_flood [--attackers 60] [--seconds 20]

Prints how much memory the web process used, how slow `/health` was and how many of the honest
requests were answered. Starts its own site on 127.0.0.1 and stops it.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests

from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, running

TOKEN_PATH = "/api/v1/auth/token/"
#: Seconds after which an honest client gives up, and an attacker opens another connection.
PATIENCE = 15.0
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
)


@dataclass
class Findings:
    """`health`, `honest_times`: seconds of each answer. `memory_*`: bytes of the web process."""

    memory_before: int = 0
    memory_peak: int = 0
    health: list[float] = field(default_factory=list)
    honest: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    honest_times: list[float] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    attacks: Counter[int] = field(default_factory=Counter)

    @property
    def memory_growth(self) -> int:
        return self.memory_peak - self.memory_before

    @property
    def slowest_health(self) -> float:
        return max(self.health, default=float("inf"))

    @property
    def answered_share(self) -> float:
        return sum(self.answered.values()) / max(1, sum(self.honest.values()))

    def print(self) -> None:
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"attacks answered: {dict(sorted(self.attacks.items()))} (0: no answer)")
        print(
            f"memory of the web: {self.memory_before / 2**20:.0f} MB, at most "
            f"{self.memory_peak / 2**20:.0f} MB (+{self.memory_growth / 2**20:.0f} MB)"
        )
        print(f"/health: {len(self.health)} answers, the slowest after {self.slowest_health:.2f} s")
        for kind, number in sorted(self.honest.items()):
            print(f"honest, {kind}: {self.answered[kind]} of {number} answered")
        slowest = max(self.honest_times, default=0.0)
        print(f"honest, all: {self.answered_share:.1%} answered, the slowest after {slowest:.2f} s")
        if self.refusals:
            print(f"not answered: {dict(self.refusals)}")


def attack(site: Site, *, attackers: int, seconds: float) -> Findings:
    """Run the attack on `site`, which is ready; returns what was seen."""
    found = Findings()
    over = threading.Event()
    honest = [_LogIn(site, found), _Edit(site, found), _Upload(site, found)]
    web = _find_web_process(site)
    found.memory_before = found.memory_peak = web.memory_info().rss
    watchers = [
        threading.Thread(target=_repeat, args=(over, 0.25, lambda: _ask_health(site, found))),
        threading.Thread(target=_repeat, args=(over, 0.05, lambda: _weigh(web, found))),
        *(threading.Thread(target=_repeat, args=(over, 0.5, client)) for client in honest),
    ]
    flood = [
        threading.Thread(target=_flood, args=(site.port, over, found.attacks))
        for _ in range(attackers)
    ]
    for thread in (*watchers, *flood):
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in (*watchers, *flood):
        thread.join(PATIENCE * 3)
    return found


def _repeat(over: threading.Event, pause: float, act: Callable[[], object]) -> None:
    while not over.is_set():
        act()
        over.wait(pause)


def _flood(port: int, over: threading.Event, answers: Counter[int]) -> None:
    """One attacker: one name after the other, without a pause."""
    while not over.is_set():
        body = json.dumps({"username": uuid.uuid4().hex, "password": uuid.uuid4().hex})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            try:
                connection.request("POST", TOKEN_PATH, body, {"Content-Type": "application/json"})
                answers[connection.getresponse().status] += 1
            except (OSError, http.client.HTTPException):
                answers[0] += 1
                over.wait(0.1)


def _ask_health(site: Site, found: Findings) -> None:
    begun = time.monotonic()
    with contextlib.suppress(requests.RequestException):
        requests.get(site.url("/health"), timeout=60)
    found.health.append(time.monotonic() - begun)


def _weigh(web: psutil.Process, found: Findings) -> None:
    with contextlib.suppress(psutil.Error):
        found.memory_peak = max(found.memory_peak, web.memory_info().rss)


def _find_web_process(site: Site) -> psutil.Process:
    """The process that loaded Django: the largest of those of the web."""
    candidates = []
    for process in site.processes():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            parents = " ".join(part for p in process.parents() for part in p.cmdline())
            if "ocrsite.front.server" in line + parents:
                candidates.append(process)
    return max(candidates, key=lambda process: int(process.memory_info().rss))


class _Honest:
    """A client that has logged in before, and keeps its cookies as browsers do."""

    kind = ""

    def __init__(self, site: Site, found: Findings) -> None:
        self.site, self.found = site, found
        self.session = requests.Session()
        answer = self.log_in()
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def log_in(self) -> requests.Response:
        return self.session.post(
            self.site.url(TOKEN_PATH),
            json={"username": "admin", "password": ADMIN_PASSWORD},
            timeout=PATIENCE,
            headers={"Authorization": None},
        )

    def request(self) -> requests.Response:
        raise NotImplementedError

    def __call__(self) -> None:
        begun = time.monotonic()
        self.found.honest[self.kind] += 1
        try:
            answer = self.request()
        except requests.RequestException as error:
            self.found.refusals[f"{self.kind}: {type(error).__name__}"] += 1
        else:
            if answer.status_code < 400:
                self.found.answered[self.kind] += 1
            else:
                self.found.refusals[f"{self.kind}: {answer.status_code}"] += 1
        self.found.honest_times.append(time.monotonic() - begun)


class _LogIn(_Honest):
    kind = "log-ins"

    def request(self) -> requests.Response:
        return self.log_in()


class _Upload(_Honest):
    kind = "uploads"

    def request(self) -> requests.Response:
        content = _PDF + b"%" + uuid.uuid4().hex.encode() + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        return self.session.post(
            self.site.url("/api/v1/documents/"),
            files={"file": ("letter.pdf", content)},
            data={"ocr": "never"},
            timeout=PATIENCE,
        )


class _Edit(_Upload):
    """Uploads one document beforehand, and gives it another title each time."""

    kind = "edits"

    def __init__(self, site: Site, found: Findings) -> None:
        super().__init__(site, found)
        answer = super().request()
        answer.raise_for_status()
        self.path = f"/api/v1/documents/{answer.json()['id']}/"

    def request(self) -> requests.Response:
        return self.session.patch(
            self.site.url(self.path), json={"title": uuid.uuid4().hex}, timeout=PATIENCE
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attackers", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20.0)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as directory,
        running(
            Path(directory) / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1"
        ) as site,
    ):
        site.wait_for_ocr_workers()
        attack(site, attackers=chosen.attackers, seconds=chosen.seconds).print()


if __name__ == "__main__":
    main()
