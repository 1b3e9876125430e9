"""Is each message of a webhook delivered, whatever its receiver does, and whatever is killed?

    python -m tests.benchmarks.bad_receivers [--events N] [--kills N] [--seed N]

Ten webhooks are told of the same documents' approvals and rejections, N messages in all. Their
receiver fails every second time: it answers 500, closes the connection, hangs, redirects to an
address that may not be called, or answers what is no HTTP; no message more than six times, since
after ten the archive gives up. Meanwhile the worker that sends is killed (-9), while there is much
to send. The waits between attempts are cut short in the database, since they last a day. An
eleventh receiver is well: how long it waits says what the others cost it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from tests.benchmarks.product import print_load
from tests.chaos.letters import digital
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

RECEIVERS = 10
EVENTS = ("document.approved", "document.rejected")
#: What goes wrong, and how often: who hangs costs a sender its 15 s.
FAULTS = {"500": 24, "close": 24, "redirect": 24, "garbage": 24, "hang": 2}
MOST_FAULTS = 6
FORBIDDEN = "127.0.0.2"


class Receiver(ThreadingHTTPServer):
    """`secrets`: by path, of those that it answers for. `delivered`: how often it took a message,
    by its id; `waits`: seconds until the one that is well had each."""

    daemon_threads = True

    def __init__(self, seed: int, forbidden: str) -> None:
        self.secrets: dict[str, Webhook] = {}
        self.forbidden, self.chance = forbidden, random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.waits: list[float] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def choose(self, path: str, name: str) -> str:
        """What is done about a message: a fault, or "" for none."""
        with self.lock:
            bad = path.startswith("/bad") and self.failed[name] < MOST_FAULTS
            if not bad or self.chance.random() < 0.5:
                return ""
            [fault] = self.chance.choices(list(FAULTS), list(FAULTS.values()))
            self.failed[name] += 1
            self.faults[fault] += 1
            return fault


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        message: dict[str, Any] = self.server.secrets[self.path].verify(body, headers)
        name = headers["webhook-id"]
        fault = self.server.choose(self.path, name)
        if fault == "500":
            self.send_error(500)
        elif fault == "redirect":
            self.send_response(307)
            self.send_header("Location", f"http://{self.server.forbidden}/hook")
            self.end_headers()
        elif fault == "garbage":
            self.wfile.write(b"\x00\xffnot HTTP\r\n\r\n" * 20)
        elif fault == "hang":
            time.sleep(20)
        if fault:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(204)
        self.end_headers()
        with self.server.lock:
            self.server.delivered[name] += 1
            if self.path == "/well":
                told = datetime.fromisoformat(message["timestamp"].replace("Z", "+00:00"))
                self.server.waits.append((datetime.now(timezone.utc) - told).total_seconds())

    def log_message(self, *args: Any) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print_load()
    calls: list[Any] = []
    with socket.create_server((FORBIDDEN, 0)) as hidden:
        threading.Thread(target=_count_calls, args=(hidden, calls), daemon=True).start()
        forbidden = f"{FORBIDDEN}:{hidden.getsockname()[1]}"
        receiver = Receiver(asked.seed, forbidden)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory(prefix="ocrsite-benchmark-") as directory:
            given: dict[str, Any] = {
                "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
                "OCRSITE_CALL_ALLOWED": "127.0.0.1",
                "OCRSITE_WORKERS": "2",
            }
            with running(Path(directory) / "data", **given) as site:
                wrong = _run(site, receiver, asked.events, asked.kills)
    print(f"calls of the address that may not be called: {len(calls)}")
    print_load()
    return 1 if wrong or calls else 0


def _count_calls(hidden: socket.socket, calls: list[Any]) -> None:
    with contextlib.suppress(OSError):
        while True:
            calls.append(hidden.accept())


def _run(site: Site, receiver: Receiver, events: int, kills: int) -> bool:
    """Whether anything is wrong."""
    site.wait_for_ocr_workers()
    site.log_in()
    team = site.call("/api/v1/teams/").json()["results"][0]["id"]
    ids = [
        site.upload(letter.name, letter.content).json()["id"]
        for letter in (digital(number) for number in range(events // RECEIVERS // len(EVENTS)))
    ]
    site.wait_until_read(300)
    bad = [_make_webhook(site, receiver, team, f"/bad{number}") for number in range(RECEIVERS)]
    _make_webhook(site, receiver, team, "/well")
    begun = time.monotonic()
    for action in ("approve", "reject"):
        change = {"action": action, "ids": ids}
        site.call("/api/v1/changes/", "POST", json=change, headers={"Prefer": "wait=30"})
    told = "webhook_id IN (" + ",".join(f"'{each.replace('-', '')}'" for each in bad) + ")"
    count = f"SELECT count(*) FROM documents_webhookmessage WHERE {told}"
    messages = eventually(
        lambda: (n := site.rows(count)[0][0]) == events and n, 120, f"{events} messages"
    )
    killed = 0
    deadline = begun + 1200
    while site.rows(f"{count} AND status = 'pending'")[0][0] and time.monotonic() < deadline:
        site.rows(
            "UPDATE documents_webhookmessage SET next_attempt_at = '2020-01-01 00:00:00' "
            "WHERE status = 'pending' AND tries > 0"
        )
        done = sum(receiver.delivered.values()) - len(receiver.waits)
        worker = site.find("worker background")
        if killed < kills and worker and done > (killed + 1) * messages / (kills + 2):
            worker.kill()
            killed += 1
        time.sleep(0.5)
    states = Counter(
        dict(site.rows(f"SELECT status, count(*) FROM documents_webhookmessage WHERE {told} "
                       "GROUP BY status"))
    )  # fmt: skip
    known = {row[0] for row in site.rows(f"SELECT id FROM documents_webhookmessage WHERE {told}")}
    taken = {name.removeprefix("msg_").replace("-", "") for name in receiver.delivered}
    lost = {str(each).replace("-", "") for each in known} - taken
    twice = sum(times > 1 for times in receiver.delivered.values())
    print(f"{messages} messages, {killed} kills, {time.monotonic() - begun:.0f} s: {dict(states)}")
    print(f"{len(lost)} lost, {twice} delivered more than once; faults: {dict(receiver.faults)}")
    waits = sorted(receiver.waits)
    print(f"the receiver that is well: {len(waits)} messages, seconds until it had them: "
          f"{statistics.median(waits):.1f} (median), {waits[-1]:.1f} (most)")  # fmt: skip
    return bool(lost) or states["delivered"] != messages


def _make_webhook(site: Site, receiver: Receiver, team: str, path: str) -> str:
    """Its id."""
    url = f"http://127.0.0.1:{receiver.server_port}{path}"
    body = {"url": url, "team": team, "events": EVENTS}
    made = site.call("/api/v1/webhooks/", "POST", json=body).json()
    receiver.secrets[path] = Webhook(made["secret"])
    return str(made["id"])


if __name__ == "__main__":
    sys.exit(main())
