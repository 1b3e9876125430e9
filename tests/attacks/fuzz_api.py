"""Requests that nobody would send, to every route of the API, as four people: no 5xx, no hang.

    python -m tests.attacks.fuzz_api --cases 10000 --seed 1

Everything runs in this process, on a database and files of its own: the routes come from the URL
patterns, the fields are those that the API knows, their values are what breaks programs. A case is
taken back after it, so that it can be repeated alone. Prints what was answered how often, the
slowest case and every failure; exit status 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.permissions.world import World

IDENTITIES = ("anonymous", "outsider", "reader", "manager")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
#: Seconds that one answer may take.
PATIENCE = 10.0

#: Fields of bodies and queries.
FIELDS = (
    "title", "language", "tags", "team", "ocr", "engine", "pages", "version", "revision", "blocks",
    "id", "text", "file", "file_base64", "filename", "username", "password", "expires_in", "q",
    "name", "filters", "status", "review_status", "tag", "mime_type", "sha256", "created_after",
    "created_before", "ordering", "cursor", "page_size", "offset", "group", "facets", "year",
    "flag", "trashed", "order", "tags_seen", "run", "limit",
)  # fmt: skip

_SURPRISES = (
    "", " ", "\x00", "\ud800", "a" * 5000, "%00", "../../../etc/passwd", "..\\..", "' OR 1=1 --",
    "{}", "[]", "null", "NaN", "-1", "0", "1", "9" * 40, "1e400", "2026-13-45", "2026-01-01",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "true", "ru", "auto", "never",
    "tesseract", "ready", "-created_at", "created_at", "relevance", "document", "failed", "all",
    '"', '"unfinished', "(((((", "a*", "*", "~", "title:x", "a" * 300 + "*", "\u202e", "🂡", "İ",
    "cD0yMDI2", "AAAA", "application/pdf", "%s%n", "${7*7}", "{{7*7}}", "<script>",
)  # fmt: skip

surprising_text = st.one_of(st.sampled_from(_SURPRISES), st.text(max_size=40))
scalars = st.one_of(
    surprising_text,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from((10**400, -(2**63), 2**63, 2**31)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), surprising_text), inner, max_size=3),
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Case:
    """`place`: which ids stand in the address."""

    identity: str
    method: str
    route: str
    place: str
    number: str
    query: list[tuple[str, str]]
    content_type: str
    body: Any


@st.composite
def cases(draw: st.DrawFn, requests: list[tuple[str, str]]) -> Case:
    content_type = draw(
        st.sampled_from(
            ("application/json", "application/json", "multipart", "application/octet-stream",
             "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-16")
        )
    )  # fmt: skip
    method, route = draw(st.sampled_from(requests))
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(METHODS))
    fields = st.dictionaries(st.sampled_from(FIELDS), values, max_size=5)
    return Case(
        identity=draw(st.sampled_from(IDENTITIES)),
        method=method,
        route=route,
        place=draw(st.sampled_from(("real", "real", "real", "unknown"))),
        number=draw(st.sampled_from(("1", "1", "0", "2", "99999999999999999999"))),
        query=draw(st.lists(st.tuples(st.sampled_from(FIELDS), surprising_text), max_size=3)),
        content_type=content_type,
        body=draw(st.one_of(fields, fields, values, st.binary(max_size=60))),
    )


@dataclass
class Report:
    """`slowest`: seconds, and the case."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{sum(self.statuses.values())} cases"]
        lines += [f"  {status}: {number}" for status, number in sorted(self.statuses.items())]
        lines.append(f"slowest: {self.slowest[0]:.2f} s, {self.slowest[1][:300]}")
        lines += [f"FAILED {failure}" for failure in self.failures]
        return "\n".join(lines)


def run(world: World, number: int, start: int) -> Report:
    """Send `number` cases, chosen by the seed `start`."""
    from tests.permissions.routes import find_routes, methods_of

    routes = {route: view for route, view in find_routes().items() if route.startswith("api/")}
    requests = [(method, route) for route, view in routes.items()
                for method in methods_of(route, view)]  # fmt: skip
    clients = {identity: world.program(identity) for identity in IDENTITIES}
    report = Report()

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(requests))
    def send_case(case: Case) -> None:
        _send(case, world, clients[case.identity], report)

    send_case()
    return report


def _send(case: Case, world: World, client: Any, report: Report) -> None:
    from django.db import transaction

    from tests.permissions.world import send

    begun = time.monotonic()
    with transaction.atomic():
        answer = send(client, case.method, _path(case, world), **_options(case))
        transaction.set_rollback(True)
    took = time.monotonic() - begun
    report.statuses[answer.status_code] += 1
    report.slowest = max(report.slowest, (took, repr(case)))
    if answer.status_code >= 500 or took > PATIENCE:
        report.failures.append(f"{answer.status_code} after {took:.1f} s: {case!r}")


def _path(case: Case, world: World) -> str:
    from urllib.parse import urlencode

    from tests.permissions.routes import fill

    places = {**world.places, "number": case.number}
    if case.place == "unknown":
        for name in ("document_id", "search_id"):
            places[name] = str(uuid.UUID(int=7))
        places["name"] = "nothing.webp"
    path = fill(case.route, _With(world, places))  # type: ignore[arg-type]
    query = urlencode([(name, value.encode("utf-8", "replace")) for name, value in case.query])
    return f"{path}?{query}"


class _With:
    """The world with other ids."""

    def __init__(self, world: World, places: dict[str, str]) -> None:
        self.places, self.objects = places, world.objects


def _options(case: Case) -> dict[str, Any]:
    if isinstance(case.body, bytes):
        return {"data": case.body, "content_type": case.content_type}
    if case.content_type == "multipart" and isinstance(case.body, dict):
        return _multipart(case.body)
    text = json.dumps(case.body)
    encoding = "utf-16" if "utf-16" in case.content_type else "utf-8"
    return {"data": text.encode(encoding, "replace"), "content_type": case.content_type}


def _multipart(fields: dict[str, Any]) -> dict[str, Any]:
    boundary = "fuzz"
    parts = []
    for name, value in fields.items():
        content = json.dumps(value) if isinstance(value, dict | list) else str(value)
        extra = '; filename="a.pdf"' if name == "file" else ""
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
            f"{content}\r\n"
        )
    body = "".join([*parts, f"--{boundary}--\r\n"])
    return {
        "data": body.encode("utf-8", "replace"),
        "content_type": f"multipart/form-data; boundary={boundary}",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given_arguments = parser.parse_args()
    from tests.environment import prepare

    prepared = prepare()
    import django

    django.setup()
    from django.conf import settings as site
    from django.db import connection
    from django.test.utils import setup_test_environment

    from documents.search.index.follower import Follower
    from tests.permissions.world import make_world

    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0)
    try:
        with tempfile.TemporaryDirectory() as media:
            site.MEDIA_ROOT = f"{media}/media"
            world = make_world()
            follower = Follower(site.OCRSITE_SEARCH_DIR)
            while follower.step() or follower.is_behind:
                pass
            report = run(world, given_arguments.cases, given_arguments.seed)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        prepared.clean_up()
    print(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
