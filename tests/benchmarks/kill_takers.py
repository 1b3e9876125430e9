"""As `kill_intake`, without a site: what takes things in is forked, killed (-9) and forked again.

    python -m tests.benchmarks.kill_takers [--inputs N] [--kills N] [--seed N]

A fork begins its work within milliseconds, so that 50 kills fall into mid-work within a minute or
two. Folder, mailbox (a real IMAP server in a process of its own) and bucket (a real S3 server) have
a third of the inputs each. Whatever each killed process left behind, the next has to go on with.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

import documents.bucket.s3_storage  # noqa: E402, F401  loaded once, for all forks
from documents.actions.manage_source import make_source  # noqa: E402
from documents.actions.run_source import end_source_leases, run_next_source  # noqa: E402
from documents.bucket.configured import configured_bucket  # noqa: E402
from documents.bucket.store import Bucket  # noqa: E402
from documents.models import FIRST_TEAM_ID, Document, Source, Team, User  # noqa: E402
from documents.watched_folder import folder as watched_folder  # noqa: E402
from ocr_worker.folder_watch import FolderWatch  # noqa: E402
from tests.authority import Authority, make_authority  # noqa: E402
from tests.benchmarks.product import print_load  # noqa: E402
from tests.imap import PASSWORD, USER, running_imap  # noqa: E402
from tests.s3 import S3Server  # noqa: E402

_PREFIX = "in/"
_PDF = "%PDF-1.4 input "


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print_load()
    base, s3 = Path(tempfile.mkdtemp(prefix="ocrsite-takers-")), S3Server()
    authority = make_authority(base)
    # Before there are threads: a fork has none but its own.
    port, mail = _fork_mail_server(authority, asked.inputs)
    try:
        s3.start()
        wrong = _run(base, s3, authority, port, asked.inputs, asked.kills, asked.seed)
    finally:
        os.kill(mail, signal.SIGKILL)
        s3.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    sys.exit(1 if wrong else 0)


def _run(
    base: Path, s3: S3Server, authority: Authority, port: int, inputs: int, kills: int, seed: int
) -> bool:
    """Whether anything is wrong."""
    chance, begun = random.Random(seed), time.monotonic()
    settings.OCRSITE_CALL_ALLOWED = (ipaddress.ip_network("127.0.0.1/32"),)
    settings.OCRSITE_BUCKET = s3.address(s3.new_bucket())
    inbox = base / "inbox"
    expected = _put_inputs(inbox, Bucket(settings.OCRSITE_BUCKET), inputs)
    # The client is made once, for all forks; nothing is sent.
    bucket = configured_bucket()
    assert bucket is not None
    bucket._storage()
    call_command("migrate", verbosity=0)
    _make_sources(authority, port)
    killed = 0
    while (left := inputs - Document.objects.count()) > 0 or killed == 0:
        end_source_leases()
        Source.objects.update(next_run_at=timezone.now(), check_wanted=False)
        taker = _fork(lambda: _take(inbox))
        if killed < kills:
            # While work is done, at whatever step it is a moment later.
            enough = inputs - left + chance.randint(1, max(1, inputs // kills))
            _wait_for(min(enough, inputs), within=20)
            time.sleep(chance.uniform(0, 0.3))
            os.kill(taker, signal.SIGKILL)
            killed += 1
        else:
            _wait_for(inputs, within=600)
            os.kill(taker, signal.SIGTERM)
        os.waitpid(taker, 0)
    # Once more, for what was taken by a process that was killed before it said so.
    for _ in range(2):
        end_source_leases()
        Source.objects.update(next_run_at=timezone.now())
        taker = _fork(lambda: _take(inbox, rounds=3))
        os.waitpid(taker, 0)
    found = Counter(Document.objects.values_list("origin_kind", "origin_detail"))
    doubled = [each for each, count in found.items() if count > 1]
    lost, strange = expected - set(found), set(found) - expected
    waiting = [str(path) for path in inbox.glob("*.pdf")]
    counts = {source.kind: source.taken for source in Source.objects.all()}
    wrong = [*doubled, *lost, *strange, *waiting]
    for kind in ("mailbox", "bucket"):
        if counts[kind] != sum(name == {"mailbox": "mail"}.get(kind, kind) for name, _ in expected):
            wrong.append((kind, f"counted {counts[kind]}"))
    print(
        f"{inputs} inputs, {killed} kills, {time.monotonic() - begun:.0f} s: {len(lost)} lost, "
        f"{len(doubled)} doubled, {len(wrong) - len(lost) - len(doubled)} otherwise wrong"
    )
    for each in wrong:
        print("  ", each)
    return bool(wrong)


def _put_inputs(inbox: Path, bucket: Bucket, inputs: int) -> set[tuple[str, str]]:
    """What tells each from the others, by its origin."""
    inbox.mkdir()
    expected = set()
    for number in range(inputs):
        if number % 3 == 0:
            (inbox / f"{number}.pdf").write_text(f"{_PDF}{number}")
            expected.add(("folder", f"{number}.pdf"))
        elif number % 3 == 1:
            expected.add(("mail", f"<{number}@inputs.example>"))
        else:
            bucket.put_bytes(f"{_PREFIX}{number}.pdf", f"{_PDF}{number}".encode())
            expected.add(("bucket", f"{_PREFIX}{number}.pdf"))
    return expected


def _make_sources(authority: Authority, port: int) -> None:
    team, _created = Team.objects.get_or_create(id=FIRST_TEAM_ID, defaults={"name": "Main"})
    actor = User.objects.create(username="boss", is_superuser=True)
    mailbox = {
        "host": "127.0.0.1",
        "port": port,
        "user": USER,
        "certificate": authority.file.read_text(),
        "afterwards": "seen",
    }
    for kind, options in (
        ("mailbox", mailbox),
        ("bucket", {"prefix": _PREFIX, "afterwards": "move"}),
    ):
        make_source(
            kind, actor=actor, team_id=team.id, name=kind, options=options, password=PASSWORD
        )


def _take(inbox: Path, rounds: int = 1_000_000) -> None:
    """As the background worker does: the folder in a thread of its own, beside the sources."""
    watch = FolderWatch(inbox, keep=True, stopping=threading.Event())

    def look() -> None:
        for _ in range(rounds + 2):
            watch.look()

    with mock.patch.object(watched_folder, "QUIET_SECONDS", 0.0):
        threads = [threading.Thread(target=look)]
        threads += [threading.Thread(target=_ask, args=(rounds,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _ask(rounds: int) -> None:
    for _ in range(rounds):
        if not run_next_source(lambda: False):
            time.sleep(0.05)
    connections.close_all()


def _wait_for(documents: int, within: float) -> None:
    until = time.monotonic() + within
    while Document.objects.count() < documents and time.monotonic() < until:
        time.sleep(0.02)


def _fork(work: Callable[[], None]) -> int:
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def _fork_mail_server(authority: Authority, inputs: int) -> tuple[int, int]:
    """Its port and its process."""
    reading, writing = os.pipe()
    parent = os.getpid()

    def serve() -> None:
        with running_imap(authority) as server:
            for number in range(1, inputs, 3):
                head = f"From: a@inputs.example\r\nMessage-ID: <{number}@inputs.example>\r\n"
                server.inbox.add(f"{head}Subject: {number}\r\n\r\nInput {number}\r\n".encode())
            os.write(writing, str(server.port).encode())
            while os.getppid() == parent:
                time.sleep(0.5)

    child = _fork(serve)
    return int(os.read(reading, 10)), child


if __name__ == "__main__":
    main()
