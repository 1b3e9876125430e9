"""A rolling update: two containers on one bucket overlap, and then a third one has to know it all.

    python -m tests.benchmarks.overlap [--seconds N] [--seed N]

The first site has some documents. A second one starts beside it, with an empty data directory of
its own; for thirty seconds people upload through both, and correct, tag and decide on the same
documents through both; on either side one document is trashed and one is purged. Then the first is
stopped (SIGTERM), as a platform does. How soon the second shows what was uploaded through the
first is measured; then everything is killed, both directories are removed, and a third site starts
from the bucket. What was answered with `storage: mirrored` must be there, and what gave way to
somebody who was first must at least be in the log of where it was done.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()


from tests.benchmarks.product import print_load  # noqa: E402
from tests.chaos.letters import Letter, letters  # noqa: E402
from tests.ocrsite.running_site import (  # noqa: E402
    ADMIN_PASSWORD,
    ROOT,
    Site,
    eventually,
    free_port,
)
from tests.s3 import S3Server  # noqa: E402

#: Documents that are there before, that people work on through both sites.
SHARED = 8


@dataclass
class Change:
    """`what`: "text", "review" or "tags"; `told`: the `storage` of its answer."""

    site: str
    document: str
    what: str
    value: str
    told: str
    answered: float = field(default_factory=time.monotonic)


@dataclass
class Ledger:
    uploads: dict[str, tuple[str, Letter, str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    purged: set[str] = field(default_factory=set)
    trashed: set[str] = field(default_factory=set)
    refused: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    print_load()
    base = Path(tempfile.mkdtemp(prefix="ocrsite-overlap-"))
    server = S3Server()
    server.start()
    variables = {"OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, "OCRSITE_WORKERS": "1",
                 **server.variables(server.new_bucket())}  # fmt: skip
    old, new, third = (
        Site(base / name, free_port(), variables) for name in ("old", "new", "third")
    )
    started: list[Site] = []
    ledger = Ledger()
    try:
        for site in (old, new):
            started.append(site)
            _start(site)
            if site is old:
                shared = _prepare(old, ledger)
        _overlap(old, new, shared, ledger, asked.seconds, random.Random(asked.seed))
        print(f"the old one stopped in {old.stop(within=12):.1f} s")
        shown = _shown_by(new, ledger)
        for site in (new, old):
            site.destroy()
            shutil.rmtree(site.data_dir)
        started.append(third)
        _start(third)
        lost, gave_way = _check(third, ledger), _gave_way(third, ledger)
        silent = [change for change in gave_way if not _in_a_log((old, new), change)]
    except BaseException:
        for site in started:
            print(site.log_file, site.log[-3000:], sep="\n")
        raise
    finally:
        for site in started:
            site.destroy()
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    mirrored = [change for change in ledger.changes if change.told == "mirrored"]
    kept = sum(told == "mirrored" for _, _, told in ledger.uploads.values())
    print(f"uploads {len(ledger.uploads)} (mirrored {kept}), changes {len(ledger.changes)} "
          f"(mirrored {len(mirrored)}, refused {ledger.refused}), trashed {len(ledger.trashed)}, "
          f"purged {len(ledger.purged)}")  # fmt: skip
    print(f"the new one showed every upload of the old one {shown:.1f} s after that had stopped")
    print(f"gave way: {len(gave_way)}, in no log: {len(silent)}", *silent, sep="\n")
    print(f"lost: {len(lost)}", *lost, sep="\n")
    print_load()
    raise SystemExit(bool(lost or silent))


def _start(site: Site) -> None:
    site.start()
    eventually(lambda: site.health() is not None, 30, "health")
    eventually(lambda: site.get("/health/ready").status_code == 200, 60, "ready")
    site.log_in()


def _prepare(site: Site, ledger: Ledger) -> list[str]:
    """Documents that are read and mirrored."""
    for letter in _digital(SHARED):
        _upload(site, letter, ledger)

    def settled() -> bool:
        return all(
            (found["status"], found["storage"]) == ("ready", "mirrored")
            for found in map(site.document, ledger.uploads)
        )

    eventually(settled, 60, "documents")
    return list(ledger.uploads)


def _digital(count: int) -> list[Letter]:
    return [letter for letter in letters(4 * count) if letter.name.startswith("digital")]


def _upload(site: Site, letter: Letter, ledger: Ledger) -> None:
    answer = site.upload(letter.name, letter.content)
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code} {answer.text}")
    found = answer.json()
    ledger.uploads[found["id"]] = (site.data_dir.name, letter, found["storage"])


def _overlap(
    old: Site, new: Site, shared: list[str], ledger: Ledger, seconds: float, chance: random.Random
) -> None:
    until = time.monotonic() + seconds
    given = _digital(2 * int(seconds))
    gone = [shared.pop() for _ in range(4)]
    failed: list[BaseException] = []

    def work(step: Callable[[], None], pause: float) -> threading.Thread:
        def run() -> None:
            try:
                while time.monotonic() < until:
                    step()
                    time.sleep(pause)
            except BaseException as error:
                failed.append(error)

        return threading.Thread(target=run)

    threads = []
    for site in (old, new):
        ours = random.Random(chance.random())
        threads.append(work(partial(_upload_next, site, given, ledger), 1.0))
        threads.append(work(partial(_change, site, shared, ours, ledger), 0.3))
    for thread in threads:
        thread.start()
    time.sleep(seconds / 3)
    for site, (trashed, purged) in zip((old, new), (gone[:2], gone[2:]), strict=True):
        if site.call(f"/api/v1/documents/{trashed}/", "DELETE").ok:
            ledger.trashed.add(trashed)
        site.call(f"/api/v1/documents/{purged}/", "DELETE")
        subprocess.run(
            [sys.executable, "manage.py", "archive", "purge", purged],
            cwd=ROOT, env=site.environment(), capture_output=True, check=True, timeout=60,
        )  # fmt: skip
        ledger.purged.add(purged)
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _upload_next(site: Site, given: list[Letter], ledger: Ledger) -> None:
    _upload(site, given.pop(), ledger)


def _change(site: Site, shared: list[str], chance: random.Random, ledger: Ledger) -> None:
    document_id = chance.choice(shared)
    path, name = f"/api/v1/documents/{document_id}/", site.data_dir.name
    what = chance.choice(("text", "review", "tags"))
    if what == "text":
        page = site.call(f"{path}pages/1/").json()
        if not page.get("blocks"):
            return
        value = f"typed {chance.randrange(10**9)}"
        body = {"blocks": [{"id": page["blocks"][0]["id"], "text": value}],
                "revision": page["revision"]}  # fmt: skip
        answer = site.call(f"{path}pages/1/text/", "PUT", json=body)
        told = site.document(document_id).get("storage", "")
        if answer.ok and value not in site.call(f"{path}pages/1/").json().get("text", ""):
            told = "gave way at once"
    elif what == "review":
        value = chance.choice(("approve", "reject"))
        answer = site.call(f"{path}{value}/", "POST")
        value = {"approve": "approved", "reject": "rejected"}[value]
        told = answer.json().get("storage", "")
    else:
        value = f"tag {chance.randrange(10**9)}"
        answer = site.call(path, "PATCH", json={"tags": [value]})
        told = answer.json().get("storage", "")
    if answer.ok:
        ledger.changes.append(Change(name, document_id, what, value, told))
    else:
        ledger.refused += 1


def _shown_by(new: Site, ledger: Ledger, within: float = 90) -> float:
    begun = time.monotonic()
    wanted = {
        document_id
        for document_id, (site, _, told) in ledger.uploads.items()
        if site == "old" and told == "mirrored" and document_id not in ledger.purged
    }

    def missing() -> set[str]:
        return {one for one in wanted
                if new.call(f"/api/v1/documents/{one}/").status_code == 404}  # fmt: skip

    while (left := missing()) and time.monotonic() - begun < within:
        time.sleep(0.5)
    return float("inf") if left else time.monotonic() - begun


def _check(site: Site, ledger: Ledger) -> list[str]:
    """What was answered as mirrored and is not there."""
    lost = []
    there = ledger.uploads.keys() - ledger.purged
    for document_id in there:
        _, letter, told = ledger.uploads[document_id]
        path = f"/api/v1/documents/{document_id}/"

        def ended(document_id: str = document_id) -> bool:
            found = site.document(document_id)
            return found.get("status") not in ("queued", "processing")

        eventually(ended, 90, document_id)
        if told == "mirrored" and site.call(f"{path}original/").content != letter.content:
            lost.append(f"{document_id}: its original, or all of it")
    for document_id in ledger.purged:
        if site.call(f"/api/v1/documents/{document_id}/").status_code != 404:
            lost.append(f"{document_id}: purged, and back")
    for document_id in ledger.trashed:
        id_ = document_id.replace("-", "")
        sql = f"SELECT trashed_at FROM documents_document WHERE id = '{id_}'"
        if site.rows(sql)[0][0] is None:
            lost.append(f"{document_id}: out of the trash")
    typed = _typed(site)
    for change in ledger.changes:
        if change.told == "mirrored" and change.what == "text" and change.value not in typed:
            lost.append(f"{change}")
    for document_id in {change.document for change in ledger.changes}:
        found = site.document(document_id)
        for what, value in (("review", found["review_status"]), ("tags", found["tags"][0])
                            if found["tags"] else ("tags", "")):  # fmt: skip
            mine = [c for c in ledger.changes if c.document == document_id and c.what == what]
            promised = [change for change in mine if change.told == "mirrored"]
            # The last promise stands, or something that was not promised and came after it.
            allowed = {change.value for change in mine
                       if promised and change.answered >= promised[-1].answered}  # fmt: skip
            if promised and value not in allowed:
                lost.append(f"{promised[-1]}: found {value!r}")
    return lost


def _typed(site: Site) -> str:
    """Every correction there is, the current ones and those before."""
    layouts: list[Any] = [packed for (packed,) in site.rows(
        "SELECT layout FROM documents_pagerevision")]  # fmt: skip
    return "\n".join(zlib.decompress(packed).decode() for packed in layouts)


def _gave_way(site: Site, ledger: Ledger) -> list[Change]:
    """Changes that were answered, not as mirrored, and are not what the archive shows."""
    typed, gone = _typed(site), []
    for change in ledger.changes:
        found = site.document(change.document)
        there = (
            change.value in typed
            if change.what == "text"
            else change.value in (found["review_status"], *found["tags"])
        )
        if change.told != "mirrored" and not there:
            gone.append(change)
    return gone


def _in_a_log(sites: tuple[Site, ...], change: Change) -> bool:
    [site] = [site for site in sites if site.data_dir.name == change.site]
    words = ('"newer-copy"', "changes_gave_way", "another container's version taken")
    return any(
        change.document in line and any(word in line for word in words)
        for line in site.log.splitlines()
    )


if __name__ == "__main__":
    main()
