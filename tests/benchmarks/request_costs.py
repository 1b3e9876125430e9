"""How much processor time does the web process need for a request?

    python -m tests.benchmarks.request_costs [--times N] [--profile KIND]

The site's own Django answers in this process, as the front calls it, over an archive of 120
documents of one page, without the network. Printed: by request the queries, the calls of functions,
and the processor time in ms, the least mean of twenty rounds. Beside other work that time varies by
a third; the calls do not. `--profile KIND` shows where the time of one kind goes instead.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import time
from collections.abc import Callable
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from documents.models import Role  # noqa: E402
from documents.sign_in.tokens import create_token  # noqa: E402
from ocrsite.front.wsgi import Response, build_environ, set_body  # noqa: E402
from tests.benchmarks.product import options, print_head, print_load, print_row  # noqa: E402
from tests.factories import (  # noqa: E402
    make_document,
    make_team,
    make_user,
)

DOCUMENTS, ROUNDS = 120, 20
TEXT = "\n".join(f"line {number} of a letter that was read" for number in range(40))


def plant() -> tuple[str, str]:
    """A document's id and the key of a token of one who may read it."""
    team = make_team("Office")
    user = make_user("reader", team=team, role=Role.READER)
    for number in range(DOCUMENTS):
        document = make_document(team, title=f"Letter {number}", pages=[TEXT], tags=["letters"])
    return str(document.id), create_token(user)[1]


def build_asking(path: str, key: str) -> Callable[[], Response]:
    """A call that sends one request. Raises RuntimeError where it is not answered 200."""
    from ocrsite.wsgi import application

    path, _, query = path.partition("?")
    scope = {
        "method": "GET",
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8081),
        "client": ("127.0.0.1", 40000),
        "headers": [
            (b"host", b"127.0.0.1:8081"),
            (b"accept-encoding", b"identity"),
            (b"authorization", f"Bearer {key}".encode()),
        ],
    }

    def ask() -> Response:
        environ = build_environ(scope)
        set_body(environ, io.BytesIO(), 0)
        response = Response(application, environ)
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {response.first[:300]!r}")
        return response

    return ask


def measure(ask: Callable[[], Response], times: int) -> float:
    """Seconds of processor time of one request."""
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            ask()
        found.append((time.process_time() - begun) / times)
    return min(found)


def count_calls(ask: Callable[[], Response], times: int = 10) -> int:
    """Function calls of one request: they hardly depend on what else the machine does."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        ask()
    profile.disable()
    stats: Any = pstats.Stats(profile)
    return int(stats.total_calls / times)


def show_profile(ask: Callable[[], Response], times: int) -> None:
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(times):
        ask()
    profile.disable()
    shown = pstats.Stats(profile).strip_dirs()
    shown.sort_stats("cumulative").print_stats(70)
    shown.sort_stats("tottime").print_stats(40)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--profile", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    document, key = plant()
    paths = {
        "list": "/api/v1/documents/?page_size=50",
        "list of one": "/api/v1/documents/?page_size=1",
        "document": f"/api/v1/documents/{document}/",
        "page": f"/api/v1/documents/{document}/pages/1/",
        "me": "/api/v1/me/",
    }
    askings = {kind: build_asking(path, key) for kind, path in paths.items()}
    for ask in askings.values():
        ask()
    if asked.profile:
        show_profile(askings[asked.profile], asked.times)
        return
    print_load()
    print_head("request", "queries", "function calls", "processor time, ms", "bytes")
    for kind, ask in askings.items():
        with CaptureQueriesContext(connection) as queries:
            size = len(ask().first)
        count = len(queries)  # each request empties the log
        spent = f"{1000 * measure(ask, asked.times):.2f}"
        print_row(kind, count, count_calls(ask), spent, size)
    print_load()


if __name__ == "__main__":
    try:
        main()
    finally:
        PREPARED.clean_up()
