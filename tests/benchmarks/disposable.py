"""Is a container disposable? Everything is killed and its disk removed, again and again.

Thirty documents are uploaded while others are read; people tag, correct and approve them. At random
moments everything is killed (-9) and the data directory removed; the next start has only the
bucket (a real S3 server, on loopback). Whatever was answered with `storage: mirrored` must be there
at the end, with its original, tags, text and review, and the administrator's password must work.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from tests.chaos.letters import Letter, letters  # noqa: E402
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port  # noqa: E402
from tests.s3 import S3Server  # noqa: E402


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
    ready_after: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--documents", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    chance = random.Random(asked.seed)
    base = Path(tempfile.mkdtemp(prefix="ocrsite-disposable-"))
    server = S3Server()
    server.start()
    site = Site(base / "data", free_port(), {
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, **server.variables(server.new_bucket()),
    })  # fmt: skip
    tally, given = Tally(), letters(asked.documents)
    try:
        for round_ in range(asked.kills):
            _start(site, tally)
            share = given[round_ :: asked.kills]
            _work(site, share, tally, chance)
            time.sleep(chance.uniform(0, 4))
            site.destroy()
            shutil.rmtree(site.data_dir)
        _start(site, tally)
        lost = _check(site, tally)
    finally:
        site.destroy()
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()
    print(f"killed {asked.kills} times; promised {len(tally.promised)}, pending {tally.pending}")
    print(f"ready again after s: {[round(seconds, 1) for seconds in tally.ready_after]}")
    print(f"lost: {len(lost)}", *lost, sep="\n")
    raise SystemExit(bool(lost))


def _start(site: Site, tally: Tally) -> None:
    site.start()
    eventually(lambda: site.health() is not None, 30, "health")
    site.wait_for_bootstrap(60)
    tally.ready_after.append(time.monotonic() - site.started)
    site.log_in()


def _work(site: Site, share: list[Letter], tally: Tally, chance: random.Random) -> None:
    for letter in share:
        tags = [chance.choice(("incoming", "входящие"))]
        answer = site.upload(letter.name, letter.content, tags=",".join(tags)).json()
        if answer["storage"] == "mirrored":
            tally.promised[answer["id"]] = Promised(letter, tags)
        else:
            tally.pending += 1
    for document in site.call("/api/v1/documents/?status=ready").json()["results"]:
        promise = tally.promised.get(document["id"])
        if promise is not None and chance.random() < 0.5:
            _change(site, document, promise, chance)


def _change(site: Site, document: dict[str, Any], promise: Promised, chance: random.Random) -> None:
    path = f"/api/v1/documents/{document['id']}/"
    if chance.random() < 0.5:
        page = site.call(f"{path}pages/1/").json()
        if page["blocks"]:
            text = f"typed {chance.randrange(10**9)}"
            block = {"id": page["blocks"][0]["id"], "text": text}
            body = {"blocks": [block], "revision": page["revision"]}
            site.call(f"{path}pages/1/text/", "PUT", json=body)
            mirrored = site.document(document["id"])["storage"] == "mirrored"
            promise.text = text if mirrored else ""  # or nobody knows which of the two stays
    verdict = chance.choice(("approve", "reject"))
    answer = site.call(f"{path}{verdict}/", "POST").json()
    mirrored = answer.get("storage") == "mirrored"
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
