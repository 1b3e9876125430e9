"""Is a container disposable? Everything is killed and its disk removed, again and again.

    python -m tests.benchmarks.disposable [--tls] [--kills N] [--documents N] [--seed N]

Thirty documents are uploaded while others are read; people tag, correct, approve and purge them,
and the administrator has another password. At random moments everything is killed (-9) and the
data directory removed; the next start has only the bucket (a real S3 server, on loopback; `--tls`:
behind TLS, by an authority that only the site is told of). Whatever was answered with `storage:
mirrored` must be there at the end, with its original, tags, text and review; the changed password
must work after each start; and what was purged must not come back, ever.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from documents.bucket.store import Bucket  # noqa: E402
from tests.authority import make_authority  # noqa: E402
from tests.benchmarks.product import print_load  # noqa: E402
from tests.chaos.letters import Letter, letters  # noqa: E402
from tests.ocrsite.litestream_runs import restored_rows  # noqa: E402
from tests.ocrsite.running_site import (  # noqa: E402
    ADMIN_PASSWORD,
    ROOT,
    Site,
    eventually,
    free_port,
)
from tests.s3 import S3Server  # noqa: E402

CHANGED_PASSWORD = "a bucketful of horses, correct"


@dataclass
class Promised:
    """What was answered as mirrored about a document."""

    letter: Letter
    tags: list[str]
    review: str = "unreviewed"
    text: str = ""


@dataclass
class Tally:
    promised: dict[str, Promised] = field(default_factory=dict)
    pending: int = 0
    corrections: int = 0
    decisions: int = 0
    ready_after: list[float] = field(default_factory=list)
    #: Purged documents, and those of them that were found again after a start.
    purged: set[str] = field(default_factory=set)
    came_back: set[str] = field(default_factory=set)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--documents", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--tls", action="store_true")
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {'TLS' if asked.tls else 'plain HTTP'}")
    print_load()
    chance = random.Random(asked.seed)
    base = Path(tempfile.mkdtemp(prefix="ocrsite-disposable-"))
    server = S3Server(authority=make_authority(base) if asked.tls else None)
    server.start()
    name = server.new_bucket()
    site = Site(base / "data", free_port(), {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, **server.variables(name),
    })  # fmt: skip
    tally, given = Tally(), letters(asked.documents)
    try:
        _start(site, tally, ADMIN_PASSWORD)
        # By plain HTTP: the test itself trusts no private authority.
        _change_password(site, Bucket(server.address(name)), base)
        for round_ in range(asked.kills):
            share = given[round_ :: asked.kills]
            _work(site, share, tally, chance)
            time.sleep(chance.uniform(0, 4))
            site.destroy()
            shutil.rmtree(site.data_dir)
            _start(site, tally, CHANGED_PASSWORD)
        lost = _check(site, tally)
    except BaseException:
        print(site.log[-5000:])
        raise
    finally:
        site.destroy()
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    print(f"killed {asked.kills} times; promised {len(tally.promised)}, pending {tally.pending}; "
          f"corrections {tally.corrections}, decisions {tally.decisions}")  # fmt: skip
    print(f"purged {len(tally.purged)}, came back: {len(tally.came_back)}", *tally.came_back)
    print(f"ready again after s: {[round(seconds, 1) for seconds in tally.ready_after]}")
    print(f"lost: {len(lost)}", *lost, sep="\n")
    print_load()
    raise SystemExit(bool(lost or tally.came_back))


def _start(site: Site, tally: Tally, password: str) -> None:
    site.start()
    eventually(lambda: site.health() is not None, 30, "health")
    eventually(lambda: site.get("/health/ready").status_code == 200, 60, "ready")
    tally.ready_after.append(time.monotonic() - site.started)
    site.log_in(password)
    tally.came_back |= {gone for gone in tally.purged if _is_there(site, gone)}


def _is_there(site: Site, document_id: str) -> bool:
    by_id = site.call(f"/api/v1/documents/{document_id}/").status_code
    trash = site.rows(
        f"SELECT 1 FROM documents_document WHERE id = '{document_id.replace('-', '')}'"
    )
    return by_id != 404 or bool(trash)


def _change_password(site: Site, bucket: Bucket, base: Path) -> None:
    """As an administrator does it in the browser; returns when the database's copy has it: that
    is a second behind, and says nothing to a person."""
    before = site.rows("SELECT password FROM documents_user WHERE username = 'admin'")[0][0]
    browser = site.browser()
    browser.submit("/login/", username="admin", password=ADMIN_PASSWORD)
    answer = browser.submit(
        "/admin/password_change/",
        old_password=ADMIN_PASSWORD,
        new_password1=CHANGED_PASSWORD,
        new_password2=CHANGED_PASSWORD,
    )
    sql = "SELECT password FROM documents_user WHERE username = 'admin'"
    if answer.status_code != 302 or site.rows(sql)[0][0] == before:
        raise RuntimeError(f"the password was not changed: {answer.status_code}")
    there = f"SELECT password <> '{before}' FROM documents_user WHERE username = 'admin'"
    eventually(lambda: restored_rows(bucket, base, there) == [(1,)], 20, "the password's copy")
    site.log_in(CHANGED_PASSWORD)


def _work(site: Site, share: list[Letter], tally: Tally, chance: random.Random) -> None:
    for letter in share:
        tags = [chance.choice(("incoming", "входящие"))]
        answer = site.upload(letter.name, letter.content, tags=",".join(tags)).json()
        if answer["storage"] == "mirrored":
            tally.promised[answer["id"]] = Promised(letter, tags)
        else:
            tally.pending += 1
    ready = site.call("/api/v1/documents/?status=ready").json()["results"]
    ours = [document for document in ready if document["id"] in tally.promised]
    if len(ours) > 2 and len(tally.purged) < 8:
        _purge(site, ours.pop(chance.randrange(len(ours)))["id"], tally)
    for document in ours:
        if chance.random() < 0.5:
            _change(site, document, tally, chance)


def _purge(site: Site, document_id: str, tally: Tally) -> None:
    site.call(f"/api/v1/documents/{document_id}/", "DELETE")
    del tally.promised[document_id]  # it is in the trash, whatever comes next
    done = subprocess.run(
        [sys.executable, "manage.py", "archive", "purge", document_id],
        cwd=ROOT, env=site.environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3", timeout=20)) as connection:
        [(mirrored,)] = connection.execute(
            "SELECT mirrored FROM documents_tombstone WHERE document_id = ?",
            [document_id.replace("-", "")],
        )
    if mirrored:
        tally.purged.add(document_id)


def _change(site: Site, document: dict[str, Any], tally: Tally, chance: random.Random) -> None:
    path, promise = f"/api/v1/documents/{document['id']}/", tally.promised[document["id"]]
    if chance.random() < 0.5:
        page = site.call(f"{path}pages/1/").json()
        if page["blocks"]:
            text = f"typed {chance.randrange(10**9)}"
            block = {"id": page["blocks"][0]["id"], "text": text}
            body = {"blocks": [block], "revision": page["revision"]}
            site.call(f"{path}pages/1/text/", "PUT", json=body)
            mirrored = site.document(document["id"])["storage"] == "mirrored"
            tally.corrections += mirrored
            promise.text = text if mirrored else ""  # or nobody knows which of the two stays
    verdict = chance.choice(("approve", "reject"))
    answer = site.call(f"{path}{verdict}/", "POST").json()
    mirrored = answer.get("storage") == "mirrored"
    tally.decisions += mirrored
    promise.review = answer["review_status"] if mirrored else "unreviewed"


def _check(site: Site, tally: Tally) -> list[str]:
    lost = []
    for document_id, promise in tally.promised.items():

        def settled(document_id: str = document_id) -> bool:
            return site.document(document_id).get("status") not in ("queued", "processing")

        eventually(settled, 180, document_id)
        found = site.document(document_id)
        path = f"/api/v1/documents/{document_id}/"
        wrong = []
        if found.get("status") != "ready":
            wrong.append(f"status {found.get('status')} {found.get('error')}")
        elif site.call(f"{path}original/").content != promise.letter.content:
            wrong.append("original")
        elif found["tags"] != promise.tags:
            wrong.append(f"tags {found['tags']}")
        elif promise.review != "unreviewed" and found["review_status"] != promise.review:
            wrong.append(f"review {found['review_status']} instead of {promise.review}")
        elif promise.text and promise.text not in site.call(f"{path}pages/1/").json()["text"]:
            wrong.append("correction")
        elif not site.call(f"{path}result.txt").text.strip():
            wrong.append("result")
        if wrong:
            lost.append(f"{document_id}: {', '.join(wrong)}")
    return lost


if __name__ == "__main__":
    main()
