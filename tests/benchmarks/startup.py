"""How long a start takes: to the open port, to /health, to ready, to the engine.

    python -m tests.benchmarks.startup [--engine SECONDS] [--documents N] [--times N]

Three starts. No setting at all: `env -i PATH=$PATH python manage.py serve` in a fresh copy of the
tree, which then reads a document. With a bucket and an empty disk: the database and the documents
of an archive of 200 come back first. With an engine that takes 60 s to load: /health is asked every
0.1 s meanwhile, and people log in and upload.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.benchmarks.product import print_head, print_load, print_row  # noqa: E402
from tests.chaos.letters import letters  # noqa: E402
from tests.ocrsite.running_site import (  # noqa: E402
    ADMIN_PASSWORD,
    ROOT,
    Site,
    eventually,
    free_port,
)
from tests.ocrsite.slow_engines import slow_engine  # noqa: E402
from tests.s3 import S3Server  # noqa: E402


@dataclass
class Times:
    """Seconds from the process's start, and what /health took while it was asked."""

    port: float = 0.0
    health: float = 0.0
    ready: float = 0.0
    engine: float = 0.0
    waits: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", type=float, default=60, help="seconds it takes to load")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--times", type=int, default=3, help="starts of the first two kinds")
    asked = parser.parse_args()
    print_load()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-startup-"))
    print_head("start", "port open, s", "first `/health`, s", "`/health/ready`, s",
               "engine ready, s", "slowest `/health`, s")  # fmt: skip
    try:
        _without_settings(base, asked.times)
        _from_the_bucket(base, asked.documents, asked.times)
        _with_a_slow_engine(base, asked.engine)
    finally:
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    print_load()


def _row(name: str, found: list[Times]) -> None:
    """The middle one of several starts; of /health the slowest answer of all."""
    print_row(
        name,
        *(
            f"{statistics.median(getattr(one, what) for one in found):.2f}"
            for what in ("port", "health", "ready", "engine")
        ),
        f"{max(wait for one in found for wait in one.waits):.3f}",
    )


# --- no setting at all ----------------------------------------------------------------------------


class _Bare(Site):
    """Started with nothing but a PATH, in a copy of the tree; its port is the default one."""

    def __init__(self, tree: Path) -> None:
        super().__init__(tree / "data", 8081)
        self.tree = tree

    def start(self) -> None:
        self.started = time.monotonic()
        path = str(Path(sys.executable).parent) + ":/usr/local/bin:/usr/bin:/bin"
        with (self.tree / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["env", "-i", f"PATH={path}", "python", "manage.py", "serve"],
                cwd=self.tree, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return (self.tree / "log").read_text(errors="replace")


def _without_settings(base: Path, times: int) -> None:
    if _is_open(8081):
        print("port 8081 is taken: the start without any setting is left out")
        return
    found = []
    for number in range(times):
        site = _Bare(_copy_of_the_tree(base / f"tree{number}"))
        site.start()
        try:
            found.append(_measured(site))
            password = re.search(r'"password": "([^"]+)"', site.log)
            if password is None:
                raise RuntimeError("no password in the log")
            site.log_in(password[1])
            _reads_a_document(site)
            healthy = (site.health() or {}).get("status")
            if healthy != "healthy":
                raise RuntimeError(f"/health says {healthy}")
            site.stop()
        except BaseException:
            print(site.log[-3000:])
            raise
        finally:
            site.destroy()
    _row("no setting: `env -i PATH=$PATH python manage.py serve`", found)


def _copy_of_the_tree(target: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def _reads_a_document(site: Site) -> None:
    [letter] = letters(1)  # an image
    document_id = site.upload(letter.name, letter.content).json()["id"]
    eventually(lambda: site.document(document_id)["status"] == "ready", 60, "the document")
    if "Letter" not in site.call(f"/api/v1/documents/{document_id}/result.txt").text:
        raise RuntimeError("the document was not read")


# --- out of the bucket ----------------------------------------------------------------------------


def _from_the_bucket(base: Path, documents: int, times: int) -> None:
    server = S3Server()
    server.start()
    site = Site(base / "data", free_port(), {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, **server.variables(server.new_bucket()),
    })  # fmt: skip
    found = []
    try:
        site.start()
        site.wait_for_bootstrap(60)
        site.log_in()
        for letter in letters(4 * documents):
            if letter.name.startswith("digital"):
                site.upload(letter.name, letter.content).raise_for_status()

        def waiting() -> int:
            return int(site.rows(
                "SELECT count(*) FROM documents_document "
                "WHERE status <> 'ready' OR mirrored_version < version"
            )[0][0])  # fmt: skip

        eventually(lambda: waiting() == 0, 300, "an archive in the bucket")
        time.sleep(3)
        for _ in range(times):
            site.destroy()
            eventually(lambda: not _is_open(site.port), 10, "the end of the one before")
            shutil.rmtree(site.data_dir)
            site.start()
            found.append(_measured(site))
            site.log_in()
            there = site.rows("SELECT count(*) FROM documents_document")[0][0]
            if there != documents:
                raise RuntimeError(f"{there} documents of {documents}")
    except BaseException:
        print(site.log[-3000:])
        raise
    finally:
        site.destroy()
        server.stop()
    _row(f"a bucket with {documents} documents, an empty disk", found)


# --- a slow engine --------------------------------------------------------------------------------


def _with_a_slow_engine(base: Path, seconds: float) -> None:
    site = Site(base / "slow", free_port(), {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, **slow_engine(seconds),
    })  # fmt: skip
    site.start()
    try:
        with _people(site) as took:
            found = _measured(site, within=seconds + 60)
        document = took.pop("document")
        eventually(lambda: site.document(str(document))["status"] == "ready", 60, "the document")
        since = time.monotonic() - site.started
    finally:
        site.destroy()
    _row(f"an engine that takes {seconds:g} s to load", [found])
    others = ", ".join(f"{name} in {float(str(took[name])):.2f} s" for name in took)
    print(f"\nwhile it loaded: {len(found.waits)} answers of /health, {others}; "
          f"the page was read {since - found.engine:.1f} s after the engine was there")  # fmt: skip


@contextlib.contextmanager
def _people(site: Site) -> Iterator[dict[str, object]]:
    """Somebody logs in and uploads as soon as that is possible."""
    took: dict[str, object] = {}

    def come() -> None:
        site.wait_for_bootstrap(60)
        begun = time.monotonic()
        site.log_in()
        took["log-in"] = time.monotonic() - begun
        [letter] = letters(1)
        begun = time.monotonic()
        took["document"] = site.upload(letter.name, letter.content).json()["id"]
        took["upload"] = time.monotonic() - begun

    thread = threading.Thread(target=come)
    thread.start()
    yield took
    thread.join()


# --- measuring ------------------------------------------------------------------------------------


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _measured(site: Site, within: float = 120) -> Times:
    """From the process's start on; returns when the engine is ready."""
    found, deadline = Times(), site.started + within

    def since() -> float:
        return time.monotonic() - site.started

    while not _is_open(site.port):
        time.sleep(0.005)
    found.port = since()
    while not (found.engine and found.ready):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not up within {within} s: {found}")
        begun = time.monotonic()
        health = site.health()
        took = time.monotonic() - begun
        if health is not None:
            if found.health:
                found.waits.append(took)
            found.health = found.health or since()
            if health["ocr_engine"]["state"] == "ready":
                found.engine = found.engine or since()
        if health is not None and not found.ready:
            found.ready = since() if site.get("/health/ready").status_code == 200 else 0.0
        time.sleep(0.1 if found.ready else 0.02)
    return found


if __name__ == "__main__":
    main()
