"""Do fifty clients at a time get their answers while documents are being read?

    python -m tests.benchmarks.many_clients [--clients N] [--seconds N] [--pause S] [--documents N]

A site with two readers holds a small archive and reads a long scan all the while. Each client has a
token and a connection of its own and asks one thing after another, by chance: a list of 50 rows, a
document, a search, a page with its text, its image, and now and then uploads a letter. Printed: by
request the number, p50, p95 and p99 in s, and every status that was answered; then the processor
time of the site's parts and of the clients, which need the same processors: `--pause` seconds
between two requests of one client (by default none) tell apart how quick an answer is from how many
there are.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import random
import secrets
import shutil
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageSequence

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.benchmarks.processes import Processes  # noqa: E402
from tests.benchmarks.product import print_head, print_load, print_row  # noqa: E402
from tests.chaos.letters import letters, slow_letter  # noqa: E402
from tests.ocrsite.running_site import (  # noqa: E402
    ADMIN_PASSWORD,
    Site,
    eventually,
    free_port,
)

#: How often a client asks for what, in a hundred.
SHARES = {"list": 30, "detail": 20, "search": 15, "page": 15, "image": 15, "upload": 5}
#: Pages of the scan that is read meanwhile, more than two readers manage in the time: so many are
#: drawn, and each stands in it so often.
DRAWN_PAGES, TIMES = 8, 20
WORDS = ("договор", "аренды", "letter", "оплата", "2024", "счёт")


class Client(threading.Thread):
    def __init__(
        self, site: Site, token: str, documents: list[str], letter: bytes, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.times: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[str, Counter[str]] = defaultdict(Counter)
        self._port, self._documents, self._letter = site.port, documents, letter
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = random.Random(seed)
        self._line: http.client.HTTPConnection | None = None
        self.until = self.pause = 0.0

    def run(self) -> None:
        while time.monotonic() < self.until:
            kind = self._chance.choices(list(SHARES), list(SHARES.values()))[0]
            begun = time.monotonic()
            status = self._ask(kind)
            self.times[kind].append(time.monotonic() - begun)
            self.statuses[kind][status] += 1
            time.sleep(self._chance.uniform(0, 2 * self.pause))

    def _ask(self, kind: str) -> str:
        """The status, or how the connection failed."""
        method, path, body, headers = self._build(kind)
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            self._line.request(method, path, body, {**self._headers, **headers})
            answer = self._line.getresponse()
            answer.read()
            if answer.will_close:
                self._line = None
            return str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            self._line = None
            return type(error).__name__

    def _build(self, kind: str) -> tuple[str, str, bytes | None, dict[str, str]]:
        document = f"/api/v1/documents/{self._chance.choice(self._documents)}/"
        if kind == "upload":
            boundary = secrets.token_hex(8)
            head = (
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
                'filename="letter.pdf"\r\n\r\n'
            )
            own = self._letter + b"\n%" + secrets.token_hex(8).encode()
            body = head.encode() + own + f"\r\n--{boundary}--\r\n".encode()
            kind_of_body = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            return "POST", "/api/v1/documents/", body, kind_of_body
        query = quote(self._chance.choice(WORDS))
        path = {
            "list": "/api/v1/documents/?page_size=50",
            "detail": document,
            "search": f"/api/v1/search/?q={query}",
            "page": f"{document}pages/1/",
            "image": f"{document}pages/1/image/",
        }[kind]
        return "GET", path, None, {}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--documents", type=int, default=120)
    parser.add_argument("--web-processes", default="", help="OCRSITE_WEB_PROCESSES")
    asked = parser.parse_args()
    print_load()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-many-"))
    variables = {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "OCRSITE_RATE_LIMIT": "0",
        "OCRSITE_WEB_PROCESSES": asked.web_processes,
    }
    site = Site(base / "data", free_port(), variables)
    site.start()
    try:
        site.wait_for_ocr_workers()
        site.log_in()
        clients = _prepare(site, asked.clients, asked.documents)
        processes, begun = Processes(site), time.monotonic()
        before, own = processes.cpu_seconds(), time.process_time()
        for client in clients:
            client.until, client.pause = begun + asked.seconds, asked.pause
            client.start()
        for client in clients:
            client.join()
        seconds = time.monotonic() - begun
        used = {part: now - before.get(part, 0.0) for part, now in processes.cpu_seconds().items()}
        used["clients"] = time.process_time() - own
        pending = (site.health() or {})["queue"]["pending_pages"]
    except BaseException:
        print(site.log[-3000:])
        raise
    finally:
        site.destroy()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    _print(clients, seconds)
    told = [f"{part} {spent:.1f}" for part, spent in used.items() if part and spent >= 0.1]
    print("Processor time, s: " + ", ".join(told))
    print(f"\n{pending} pages waited for the readers at the end")
    print_load()


def _prepare(site: Site, count: int, number: int) -> list[Client]:
    """Clients of an archive that has been read; a long scan is being read from now on."""
    letter = next(each for each in letters(4) if each.name.startswith("digital")).content
    documents = []
    for _ in range(number):
        content = letter + b"\n%" + secrets.token_hex(8).encode()
        answer = site.upload("letter.pdf", content)
        answer.raise_for_status()
        documents.append(answer.json()["id"])
    site.wait_until_read(600)
    site.upload("scan.tif", _make_scan()).raise_for_status()
    working = "/api/v1/documents/?status=processing"
    eventually(lambda: site.call(working).json()["results"], 60, "the scan is being read")
    tokens = []
    for index in range(count):
        body = json.dumps({"name": f"client {index}", "scopes": ["read", "write"]})
        headers = {"Content-Type": "application/json"}
        made = site.call("/api/v1/tokens/", "POST", data=body, headers=headers)
        made.raise_for_status()
        tokens.append(made.json()["token"])
    return [Client(site, token, documents, letter, seed) for seed, token in enumerate(tokens)]


def _make_scan() -> bytes:
    with Image.open(io.BytesIO(slow_letter(DRAWN_PAGES).content)) as drawn:
        frames = [frame.copy() for frame in ImageSequence.Iterator(drawn)]
    target = io.BytesIO()
    first, *others = frames * TIMES
    first.save(target, "TIFF", save_all=True, append_images=others, compression="packbits")
    return target.getvalue()


def _print(clients: list[Client], seconds: float) -> None:
    print_head("request", "times", "p50, s", "p95, s", "p99, s", "answers")
    whole = 0
    for kind in SHARES:
        times = sorted(each for client in clients for each in client.times[kind])
        statuses: Counter[str] = sum((client.statuses[kind] for client in clients), Counter())
        whole += len(times)
        cells = [f"{times[min(len(times) - 1, int(part * len(times)))]:.3f}"
                 for part in (0.5, 0.95, 0.99)] if times else ["-"] * 3  # fmt: skip
        told = ", ".join(f"{count} x {status}" for status, count in statuses.most_common())
        print_row(kind, len(times), *cells, told)
    print(f"\n{whole} requests in {seconds:.0f} s: {whole / seconds:.0f} a second")


if __name__ == "__main__":
    main()
