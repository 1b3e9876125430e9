"""A real site in processes of its own, on a free port and a data directory of the test."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from tests.busy import allow
from tests.ocrsite.site_databases import database_of, template_file

ROOT = Path(__file__).resolve().parent.parent.parent
ADMIN_PASSWORD = "correct horse battery staple"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], within: float, what: str) -> Any:
    """What `condition` returns once it is true; fails after `within` seconds of an idle machine."""
    begun, limit = time.monotonic(), within
    while True:
        found = condition()
        if found:
            return found
        waited = time.monotonic() - begun
        if waited > limit:
            limit = allow(within)  # how busy the machine is, is asked only where it matters
            assert time.monotonic() - begun < limit, f"not within {limit:.0f} s: {what}"
        # To ask takes processor time from what is waited for.
        time.sleep(min(max(0.05, waited / 20), 0.25))


@dataclass
class Site:
    """`started`: when the process was started (time.monotonic)."""

    data_dir: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(init=False)
    session: requests.Session = field(init=False, default_factory=requests.Session)

    @property
    def log_file(self) -> Path:
        return self.data_dir.with_suffix(".log")

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def environment(self) -> dict[str, str]:
        """For it, and for commands beside it."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "OCRSITE_DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            # The second loads Django once more for every site; the tests of processes, of the
            # containers and of many clients have two.
            "OCRSITE_WEB_PROCESSES": "1",
            **self.variables,
        }

    def start(self) -> None:
        self.started = time.monotonic()
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *self.arguments],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url(path), timeout=30, allow_redirects=False, **options)

    def health(self) -> dict[str, Any] | None:
        with contextlib.suppress(requests.RequestException):
            return dict(self.get("/health").json())
        return None

    def wait_for_health(self, within: float = 20) -> dict[str, Any]:
        return dict(eventually(self.health, within, "an answer of /health"))

    def wait_for_bootstrap(self, within: float = 90) -> None:
        def over() -> bool:
            with contextlib.suppress(requests.RequestException):
                return self.get("/login/").status_code == 200
            return False

        eventually(over, within, "the end of bootstrap")

    def wait_for_ocr_workers(self, within: float = 90) -> None:
        """The engine of every OCR worker is ready."""
        self.wait_for_bootstrap(within)
        wanted = int(self.variables.get("OCRSITE_WORKERS", "2"))

        def there() -> bool:
            # Rows of an earlier start may still be there; whose a process is takes longer to see.
            sql = "SELECT pid FROM documents_workerprocess WHERE engine_state = 'ready'"
            ready = {pid for (pid,) in self.rows(sql)}
            if len(ready) < wanted:
                return False
            return len(ready & {process.pid for process in self.processes()}) == wanted

        eventually(there, within, "OCR workers with their engines")

    # --- as its administrator sees it -------------------------------------------------------------

    def log_in(self, password: str = ADMIN_PASSWORD) -> None:
        """From now on `call` speaks for the administrator."""
        answer = requests.post(
            self.url("/api/v1/auth/token/"),
            json={"username": "admin", "password": password},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def browser(self) -> Browser:
        """One that nobody has logged in with."""
        return Browser(self)

    def call(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return self.session.request(method, self.url(path), **{"timeout": 60, **options})

    def upload(self, name: str, content: bytes, **fields: str) -> requests.Response:
        return self.call("/api/v1/documents/", "POST", files={"file": (name, content)}, data=fields)

    def wait_until_read(self, within: float) -> None:
        """Nothing that was uploaded is waiting or being read any more."""
        unfinished = "/api/v1/documents/?status=queued&status=processing"
        eventually(lambda: not self.call(unfinished).json()["results"], within, "all is read")

    def document(self, document_id: str) -> dict[str, Any]:
        return dict(self.call(f"/api/v1/documents/{document_id}/").json())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the site's own database says; an update is committed."""
        server = self.variables.get("DATABASE_URL")
        if server:
            with psycopg.connect(server, autocommit=True) as connection:
                cursor = connection.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []
        path = self.data_dir / "db.sqlite3"
        with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as file:
            return file.execute(sql).fetchall()

    def processes(self) -> list[psutil.Process]:
        """Every process of this site, children of children too, found by its data directory: in
        its environment, or (the queue's server rewrites that) as the place where it works."""
        return [process for process in psutil.process_iter() if self.owns(process)]

    def owns(self, process: psutil.Process) -> bool:
        marker = str(self.data_dir)
        with contextlib.suppress(psutil.Error):
            return process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("OCRSITE_DATA_DIR") == marker
                or process.cwd().startswith(marker)
            )
        return False

    def find(self, pattern: str) -> psutil.Process | None:
        """The oldest process whose command line matches."""
        matching = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                if re.search(pattern, " ".join(process.cmdline())):
                    matching.append(process)
        return min(matching, key=lambda process: process.pid, default=None)

    def stop(self, number: int = signal.SIGTERM, within: float = 10) -> float:
        """Send a signal; fails where the end takes longer than so many seconds of an idle machine.
        Returns the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        eventually(lambda: self.process.poll() is not None, within, "the end of the site")
        return time.monotonic() - begun

    def destroy(self) -> None:
        # The supervisor first: it would start others while these are being killed.
        self.process.kill()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.wait(60)


@dataclass
class Browser:
    """A person's session with the admin's pages: cookies, and forms that are filled in."""

    site: Site
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.site.url(path), timeout=60, allow_redirects=False)

    def submit(self, path: str, **fields: str) -> requests.Response:
        """Open the page, fill in its form and send it; redirects are not followed."""
        self.get(path)
        fields["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        return self.session.post(
            self.site.url(path), data=fields, timeout=60, allow_redirects=False
        )


@contextlib.contextmanager
def running(
    data_dir: Path, *arguments: str, port: int | None = None, **variables: str
) -> Iterator[Site]:
    """A site that would begin with nothing finds its tables made, which spares seconds. It has one
    OCR worker, where the test asks for no more: the second takes two seconds of a processor."""
    variables = {"OCRSITE_WORKERS": "1", **database_of(data_dir), **variables}
    given = ("DATABASE_URL", "CLOUDRU_S3_BUCKET")  # a bucket may have a database to begin with
    if not (data_dir.exists() or any(name in variables for name in given)):
        data_dir.mkdir(mode=0o700, parents=True)
        shutil.copyfile(template_file(), data_dir / "db.sqlite3")
        (data_dir / "db.sqlite3").chmod(0o600)
    with _running(Site(data_dir, port or free_port(), variables, arguments)) as site:
        yield site


@contextlib.contextmanager
def running_from_nothing(data_dir: Path, **variables: str) -> Iterator[Site]:
    """It makes its tables itself, as at every first start."""
    variables = {**database_of(data_dir, template="template1"), **variables}
    with _running(Site(data_dir, free_port(), variables)) as site:
        yield site


@contextlib.contextmanager
def _running(site: Site) -> Iterator[Site]:
    site.start()
    try:
        yield site
    finally:
        site.destroy()


def refused(data_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end at once."""
    environment = {"PATH": os.environ["PATH"], "OCRSITE_DATA_DIR": str(data_dir), **variables}
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
