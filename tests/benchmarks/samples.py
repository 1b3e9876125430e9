"""Every sample document through the whole product: does each end well, and in what time?

    python -m tests.benchmarks.samples [--only NAME ...]

Starts the site in a fresh data directory with two readers, uploads every file of
../shared/samples/docs by the API, one after the other, and waits. Each must end `ready`.
"""

from __future__ import annotations

import datetime
import sys
import time
from typing import Any

from tests.benchmarks.product import (
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import SAMPLES, documents


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--only", nargs="+", default=[], help="parts of the names wanted")
    parser.add_argument("--within", type=float, default=500, help="seconds until one hangs")
    given = parser.parse_args(arguments)
    wanted = [
        document
        for document in documents()
        if not given.only or any(part in document["id"] for part in given.only)
    ]
    print_load()
    with product() as site:
        failures = measure(site, wanted, given.within)
    print_load()
    return 1 if failures else 0


def measure(site: Product, wanted: list[dict[str, Any]], within: float) -> int:
    """Print the table; how many did not end as they must."""
    started = time.monotonic()
    answers = {}
    for document in wanted:
        path = SAMPLES / document["file"]
        answers[document["id"]] = site.post_file(path.name, path.read_bytes())
    uploaded = time.monotonic() - started
    ids = {name: str(answer.json()["id"]) for name, answer in answers.items() if answer.ok}
    ended = site.wait(ids.values(), within)
    seconds = time.monotonic() - started

    failures = pages = 0
    print_head("document", "pages", "state", "engine", "s from upload to end", "confidence", "")
    for document in wanted:
        name, answer = document["id"], answers[document["id"]]
        if name not in ids:
            good = False
            row: tuple[object, ...] = ("", f"refused: {answer.status_code}", "", "", "")
        else:
            found = ended[ids[name]]
            good = found["status"] == "ready"
            pages += found["page_count"] or 0
            row = (
                found["page_count"],
                found["status"] + (f": {found['error']['detail']}" if found["error"] else ""),
                found["engine"],
                _seconds(found),
                "" if found["confidence"] is None else f"{found['confidence']:.2f}",
            )
        failures += not good
        print_row(name, *row, "" if good else "**not as it must**")
    print(
        f"\n{len(wanted)} documents, {pages} pages: uploaded in {uploaded:.1f} s, all ended "
        f"{seconds:.1f} s after the first upload began; every one as it must: "
        f"{verdict(not failures)}"
    )
    return failures


def _seconds(document: dict[str, Any]) -> str:
    if document["finished_at"] is None:
        return "hangs"
    created, finished = (_time(document[name]) for name in ("created_at", "finished_at"))
    return f"{(finished - created).total_seconds():.1f}"


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
