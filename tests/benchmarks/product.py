"""The real product for a measurement: started, spoken to by HTTP alone, stopped."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import requests

from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, running

#: States in which a document stays.
ENDED = ("ready", "partial", "failed")


class Product:
    """One running site and the token of its `admin`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._session = requests.Session()
        # Proxies and certificates of the environment are not for this machine's own site.
        self._session.trust_env = False

    def log_in(self) -> None:
        answer = self._session.post(
            self.site.url("/api/v1/auth/token/"),
            json={"username": "admin", "password": ADMIN_PASSWORD},
            timeout=30,
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def get(self, path: str) -> requests.Response:
        """`path`: below the site, or a document's link."""
        url = path if path.startswith("http") else self.site.url(path)
        answer = self._session.get(url, timeout=60)
        answer.raise_for_status()
        return answer

    def post_file(self, name: str, content: bytes, **fields: str) -> requests.Response:
        """One upload, whatever its answer."""
        return self._session.post(
            self.site.url("/api/v1/documents/"),
            files={"file": (name, content)},
            data=fields,
            timeout=120,
        )

    def upload(self, path: Path, **fields: str) -> str:
        """Upload a file and return its document's id. It must be new to the site."""
        answer = self.post_file(path.name, path.read_bytes(), **fields)
        if answer.status_code != requests.codes.created:
            raise RuntimeError(f"{path.name}: {answer.status_code} {answer.text[:300]}")
        return str(answer.json()["id"])

    def document(self, document: str) -> dict[str, Any]:
        return dict(self.get(f"/api/v1/documents/{document}/").json())

    def page(self, document: str, number: int = 1) -> dict[str, Any]:
        return dict(self.get(f"/api/v1/documents/{document}/pages/{number}/").json())

    def pending_pages(self) -> int:
        return int(self.get("/health").json()["queue"]["pending_pages"])

    def wait(
        self,
        wanted: Iterable[str],
        within: float,
        every: float = 0.25,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[str, dict[str, Any]]:
        """The documents once each has ended; those that have not `within` seconds come as they
        are. `meanwhile` is called at every look."""
        waiting, deadline = list(dict.fromkeys(wanted)), time.monotonic() + within
        found: dict[str, dict[str, Any]] = {}
        while True:
            # The oldest one alone tells that not all have ended: looking costs the site little.
            while waiting and (document := self.document(waiting[0]))["status"] in ENDED:
                found[waiting.pop(0)] = document
            meanwhile()
            if not waiting:
                return found
            if time.monotonic() > deadline:
                return found | {late: self.document(late) for late in waiting}
            time.sleep(every)


@contextlib.contextmanager
def product(readers: int = 2) -> Iterator[Product]:
    """A site in a fresh temporary data directory, all of its readers' engines loaded."""
    with tempfile.TemporaryDirectory(prefix="ocrsite-benchmark-") as directory:
        data_dir = Path(directory) / "data"
        with running(
            data_dir, OCRSITE_WORKERS=str(readers), OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD
        ) as site:
            ours = Product(site)
            try:
                _wait_until_loaded(ours, readers)
                ours.log_in()
            except Exception:
                print(site.log)
                raise
            yield ours
            site.stop(within=20)


def _wait_until_loaded(ours: Product, readers: int, within: float = 120) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        health = ours.site.health() or {}
        engine, queue = health.get("ocr_engine", {}), health.get("queue", {})
        if engine.get("state") == "ready" and queue.get("workers") == readers:
            return
        time.sleep(0.2)
    raise RuntimeError(f"the site was not ready within {within} s")


def options(description: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def print_load() -> None:
    """The machine's load, which every figure needs beside it."""
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    print(f"\n{os.cpu_count()} cores, load over 1, 5 and 15 minutes: {loads}", flush=True)


def print_row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def print_head(*names: str) -> None:
    print()
    print_row(*names)
    print_row(*("---" for _ in names))


def verdict(met: bool) -> str:
    return "met" if met else "**missed**"
