"""Does each thing that arrives by itself make one document, whatever is killed meanwhile?

    python -m tests.benchmarks.kill_intake [--inputs N] [--kills N] [--seed N] [--minutes N]

A site watches its folder, a mailbox and a prefix of a bucket, each with a third of the inputs. The
process that takes them in is killed (-9) at random moments, and started again by its supervisor.
At the end each input must be exactly one document and lie where what was taken in lies, and each
source must have counted each once.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from documents.bucket.store import Bucket  # noqa: E402
from tests.authority import make_authority  # noqa: E402
from tests.benchmarks.product import print_load  # noqa: E402
from tests.imap import PASSWORD, USER, ImapServer, running_imap  # noqa: E402
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running  # noqa: E402
from tests.s3 import S3Server  # noqa: E402

_PREFIX = "in/"


@dataclass
class Intake:
    """`kills` that were done; `doubled` and `lost`: inputs that are not exactly one document."""

    inputs: int
    kills: int = 0
    seconds: float = 0.0
    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not (self.doubled or self.lost or self.wrong)


def kill_intake(
    base: Path, s3: S3Server, inputs: int, kills: int, seed: int, seconds: float
) -> Intake:
    """`base`: an empty directory. Kills end after `seconds`, whether all were done or not."""
    chance = random.Random(seed)
    address = s3.address(s3.new_bucket())
    authority = make_authority(base)
    variables: dict[str, Any] = {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "OCRSITE_CALL_ALLOWED": "127.0.0.1/32",
        "OCRSITE_WORKERS": "1",
        "CLOUDRU_S3_ENDPOINT": address.endpoint,
        "CLOUDRU_S3_BUCKET": address.name,
        "CLOUDRU_S3_ACCESS_KEY": address.access_key,
        "CLOUDRU_S3_SECRET_KEY": address.secret_key,
    }
    with running_imap(authority) as mail, running(base / "data", **variables) as site:
        site.wait_for_bootstrap(within=120)
        site.log_in()
        bucket = Bucket(address)
        expected = _put_inputs(base / "data" / "inbox", mail, bucket, inputs)
        links = list(_make_sources(site, mail, authority.file.read_text()))
        result = Intake(inputs)
        begun = time.monotonic()
        _kill(site, chance, kills, begun + seconds, result)
        eventually(lambda: _count(site) >= inputs or _nudge(site, links), 600, "all is taken in")
        _wait_until_quiet(site, links)
        result.seconds = time.monotonic() - begun
        _judge(site, expected, result)
        left = [
            key.key for key in bucket.list(_PREFIX) if not key.key.startswith(f"{_PREFIX}done/")
        ]
        unseen = [each.uid for each in mail.inbox.messages if "\\Seen" not in each.flags]
        waiting = [str(path) for path in (base / "data" / "inbox").glob("*.png")]
        result.wrong += [f"left in its place: {each}" for each in (*left, *unseen, *waiting)]
    return result


def _put_inputs(inbox: Path, mail: ImapServer, bucket: Bucket, inputs: int) -> set[tuple[str, str]]:
    """Of each kind a third; what tells each from the others, by its origin."""
    expected = set()
    eventually(inbox.is_dir, within=60, what="the inbox is there")
    for number in range(inputs):
        if number % 3 == 0:
            (inbox / f"{number}.png").write_bytes(_draw(number))
            expected.add(("folder", f"{number}.png"))
        elif number % 3 == 1:
            name = f"<{number}@inputs.example>"
            head = f"From: a@inputs.example\r\nMessage-ID: {name}\r\nSubject: Input {number}"
            mail.inbox.add(f"{head}\r\n\r\nInput number {number}\r\n".encode())
            expected.add(("mail", name))
        else:
            key = f"{_PREFIX}{number}.png"
            bucket.put_bytes(key, _draw(number))
            expected.add(("bucket", key))
    return expected


def _draw(number: int) -> bytes:
    """A picture that is read at once, and that no other is alike."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (number % 256, number // 256, 7)).save(file, "PNG")
    return file.getvalue()


def _make_sources(site: Site, mail: ImapServer, certificate: str) -> Iterator[str]:
    team = site.call("/api/v1/teams/").json()["results"][0]["id"]
    mailbox = {
        "host": "127.0.0.1",
        "port": mail.port,
        "user": USER,
        "password": PASSWORD,
        "certificate": certificate,
        "afterwards": "seen",
    }
    kinds: dict[str, Any] = {
        "mailbox": mailbox,
        "bucket": {"prefix": _PREFIX, "afterwards": "move"},
    }
    for kind, options in kinds.items():
        body = {"name": kind, "team": team, "every_seconds": 30, kind: options}
        answer = site.call("/api/v1/sources/", "POST", json=body)
        assert answer.status_code == 201, answer.text
        yield answer.json()["links"]["self"]


def _kill(site: Site, chance: random.Random, kills: int, until: float, result: Intake) -> None:
    while result.kills < kills and time.monotonic() < until and _count(site) < result.inputs:
        # While work is done, not while the process starts.
        enough = _count(site) + chance.randint(1, max(1, result.inputs // kills))
        _wait_for(lambda: _count(site) >= enough, until)  # noqa: B023
        time.sleep(chance.uniform(0, 0.4))
        worker = site.find("worker background")
        if worker is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()
                result.kills += 1


def _wait_for(condition: Any, until: float) -> None:
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)


def _nudge(site: Site, links: list[str]) -> bool:
    """As somebody does who presses "Look now"; not to wait for the next minute."""
    for link in links:
        if not site.call(link).json()["running"]:
            site.call(f"{link}run/", "POST")
    time.sleep(1)
    return False


def _wait_until_quiet(site: Site, links: list[str]) -> None:
    """Each source has looked once more after the last was taken, and found nothing to do."""
    before = {link: site.call(link).json()["last_run_at"] for link in links}

    def have_looked() -> bool:
        now = {link: site.call(link).json()["last_run_at"] for link in links}
        return all(now[link] != before[link] for link in links) or _nudge(site, links)

    eventually(have_looked, 120, "each source has looked once more")
    folder = site.data_dir / "inbox"
    eventually(lambda: not list(folder.glob("*.png")), 60, "the folder is empty")


def _count(site: Site) -> int:
    return int(site.rows("SELECT count(*) FROM documents_document")[0][0])


def _judge(site: Site, expected: set[tuple[str, str]], result: Intake) -> None:
    rows = site.rows("SELECT origin_kind, origin_detail FROM documents_document")
    found = Counter((str(kind), str(detail)) for kind, detail in rows)
    result.doubled = [str(each) for each, count in found.items() if count > 1]
    result.lost = [str(each) for each in sorted(expected - set(found))]
    result.wrong = [f"from nowhere: {each}" for each in sorted(set(found) - expected)]
    by_kind = Counter(kind for kind, _detail in expected)
    for kind, taken in site.rows("SELECT kind, taken FROM documents_source"):
        wanted = by_kind[{"mailbox": "mail"}.get(str(kind), str(kind))]
        # A file whose process was killed after it was taken is found again, as there already.
        right = taken >= wanted if kind == "folder" else taken == wanted
        if not right:
            result.wrong.append(f"{kind}: counted {taken}, not {wanted}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30)
    asked = parser.parse_args()
    print_load()
    base, s3 = Path(tempfile.mkdtemp(prefix="ocrsite-intake-")), S3Server()
    try:
        s3.start()
        found = kill_intake(base, s3, asked.inputs, asked.kills, asked.seed, asked.minutes * 60)
    finally:
        s3.stop()
        shutil.rmtree(base, ignore_errors=True)
    print(
        f"{found.inputs} inputs, {found.kills} kills, {found.seconds:.0f} s: "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled, {len(found.wrong)} otherwise wrong"
    )
    for each in (*found.lost, *found.doubled, *found.wrong):
        print("  ", each)
    sys.exit(0 if found.is_right else 1)


if __name__ == "__main__":
    main()
