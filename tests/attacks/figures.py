"""What an attack does to everybody else: figures of a site and of its honest clients."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psutil
import requests

from tests.ocrsite import running_site
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site

#: Seconds that an honest client waits for a response.
PATIENCE = 10.0
MIB = 2**20


@dataclass
class Figures:
    """`memory`: MiB of the web's processes, before the attack and at most during it.
    `health`: seconds of each answer of /health. `asked`, `answered`: honest requests by kind."""

    memory_before: float = 0.0
    memory_peak: float = 0.0
    health: list[float] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)

    @property
    def growth(self) -> float:
        return self.memory_peak - self.memory_before

    @property
    def slowest_health(self) -> float:
        return max(self.health, default=0.0)

    @property
    def usual_health(self) -> float:
        """Nine of ten answers of /health came within these seconds."""
        return sorted(self.health)[int(len(self.health) * 0.9)] if self.health else 0.0

    @property
    def share(self) -> float:
        """Of the honest requests, those that were answered."""
        return sum(self.answered.values()) / max(sum(self.asked.values()), 1)

    def __str__(self) -> str:
        kinds = ", ".join(f"{k} {self.answered.get(k, 0)}/{n}" for k, n in self.asked.items())
        return (
            f"memory {self.memory_before:.0f} -> {self.memory_peak:.0f} MiB, slowest /health "
            f"{self.slowest_health:.2f} s, honest {self.share:.0%} ({kinds})"
        )


def measure_web_memory(site: Site) -> float:
    """MiB of the web's processes; what they share is counted once."""
    total = 0
    for process in site.processes():
        with contextlib.suppress(psutil.Error):
            if "server" in " ".join(process.cmdline()) or "runtime.web" in str(process.cmdline()):
                total += process.memory_full_info().pss
    return total / MIB


@contextlib.contextmanager
def observing(site: Site, interval: float = 1.0) -> Iterator[Figures]:
    """Measure the site, and ask what honest clients ask every `interval` seconds, each kind on its
    own, while the block runs. The site's `session` is logged in."""
    figures = Figures(memory_before=measure_web_memory(site))
    document = _upload(site, b"the first")
    assert document.status_code in (200, 201), document.text
    path = f"/api/v1/documents/{document.json()['id']}/"
    stop = threading.Event()
    numbers = iter(range(10**9))

    def log_in() -> bool:
        body = {"username": "admin", "password": ADMIN_PASSWORD}
        url = site.url("/api/v1/auth/token/")
        return requests.post(url, json=body, timeout=PATIENCE).status_code == 200

    def edit() -> bool:
        # Another session in each thread: requests' are not made to be shared.
        answer = requests.patch(
            site.url(path), json={"title": f"number {next(numbers)}"}, timeout=PATIENCE,
            headers=dict(site.session.headers),
        )  # fmt: skip
        return answer.status_code == 200

    def upload() -> bool:
        return _upload(site, f"{next(numbers)} {time.time()}".encode()).status_code in (200, 201)

    def health() -> bool:
        begun = time.monotonic()
        try:
            return requests.get(site.url("/health"), timeout=PATIENCE).status_code == 200
        finally:
            figures.health.append(time.monotonic() - begun)

    def repeat(kind: str, ask: Callable[[], bool], every: float) -> None:
        while not stop.wait(every):
            figures.asked[kind] = figures.asked.get(kind, 0) + 1
            with contextlib.suppress(requests.RequestException):
                figures.answered[kind] = figures.answered.get(kind, 0) + ask()

    def watch_memory() -> None:
        while not stop.wait(0.5):
            figures.memory_peak = max(figures.memory_peak, measure_web_memory(site))

    kinds = {
        "log-in": (log_in, 2 * interval),
        "edit": (edit, interval),
        "upload": (upload, interval),
    }
    threads = [threading.Thread(target=watch_memory)]
    threads += [threading.Thread(target=repeat, args=(k, *rest)) for k, rest in kinds.items()]
    threads.append(threading.Thread(target=repeat, args=("health", health, 0.25)))
    for thread in threads:
        thread.start()
    try:
        yield figures
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _upload(site: Site, words: bytes) -> requests.Response:
    content = b"%PDF-1.4\n" + words + b"\n" + b"x" * 100_000
    return requests.post(
        site.url("/api/v1/documents/"), files={"file": ("a.pdf", content)}, timeout=PATIENCE,
        headers=dict(site.session.headers),
    )  # fmt: skip


def create_account(site: Site, name: str) -> str:
    """A user of the site with a team; returns the value of its Authorization header."""
    script = (
        "from documents.models import *; "
        f"user = User.objects.create_user({name!r}, password={ADMIN_PASSWORD!r}); "
        "Membership.objects.create(user=user, team=Team.objects.first(), role='reviewer')"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", script],
        cwd=running_site.ROOT, env=site.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = requests.post(
        site.url("/api/v1/auth/token/"),
        json={"username": name, "password": ADMIN_PASSWORD},
        timeout=PATIENCE,
    )
    assert answer.status_code == 200, answer.text
    return f"Token {answer.json()['token']}"
