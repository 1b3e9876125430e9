"""Requests that schemathesis makes of the API's description: valid ones and ones that are not.

    python -m tests.attacks.schema_cases --cases 10000 --seed 1

Each is sent by a manager's or a reviewer's token with all scopes, or by one of a single scope. None
may be answered by an error of the server, or by a status, media type, header or body that is not
described.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from tests.permissions.world import World

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

#: The pieces of a resumable upload are bytes.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

_CREDENTIALS = ("authorization", "x-api-key")


@dataclass
class Report:
    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{sum(self.statuses.values())} cases of {len(self.operations)} operations"]
        lines += [f"  {status}: {number}" for status, number in sorted(self.statuses.items())]
        lines += [f"FAILED {failure}" for failure in self.failures.values()]
        return "\n".join(lines)


def run(world: World, number: int, start: int) -> Report:
    """Send about `number` cases, chosen by the seed `start`."""
    from documents.exports import zip_documents
    from ocrsite.wsgi import application

    report = Report()
    keys = make_keys(world)
    # No worker makes files here: what waits for one ends at once.
    with _open_connections(), mock.patch.object(zip_documents, "_LONGEST", 0.0):
        schema = schemathesis.openapi.from_wsgi("/api/schema/", application)
        operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
        each = max(number // len(operations), 1)
        for operation in operations:
            _run_operation(operation, world, keys, each, start, report)
    return report


@contextlib.contextmanager
def _open_connections() -> Iterator[None]:
    """Requests leave the database's connection open: they are inside a transaction of ours."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def make_keys(world: World) -> list[str]:
    """Of tokens: a manager's and a reviewer's with all scopes, as often as the reviewer's with one
    scope each, most of whose requests are refused."""
    from documents.models import TokenScope
    from documents.sign_in.tokens import create_token

    manager, reviewer = world.people["manager"], world.people["reviewer"]
    assert manager is not None and reviewer is not None
    every = list(TokenScope.values)
    wide = [create_token(who, name="a", scopes=every)[1] for who in (manager, reviewer)]
    narrow = [create_token(reviewer, name="a", scopes=[scope])[1] for scope in every]
    return wide * 2 + narrow


def _run_operation(
    operation: Any, world: World, keys: list[str], number: int, start: int, report: Report
) -> None:
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases, st.sampled_from(keys), st.integers(0, 3))
    def send_case(case: Any, key: str, place: int) -> None:
        if place:
            _move_to_what_is_there(case, world)
        _send(case, key, report)

    send_case()


def _move_to_what_is_there(case: Any, world: World) -> None:
    for name in case.path_parameters or ():
        case.path_parameters[name] = world.places.get(name, str(uuid.UUID(int=7)))


def _send(case: Any, key: str, report: Report) -> None:
    from django.db import transaction

    label = case.operation.label
    for name in [name for name in case.headers or () if name.lower() in _CREDENTIALS]:
        del case.headers[name]  # made of the description: else nearly all are unknown
    case.cookies = {}
    with transaction.atomic():
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        transaction.set_rollback(True)
    report.statuses[answer.status_code] += 1
    report.operations[label] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except (Exception, FailureGroup) as error:
        _note(report, label, answer.status_code, getattr(error, "exceptions", [error]))


def _note(report: Report, label: str, status: int, errors: Any) -> None:
    for error in errors:
        report.failures.setdefault(
            f"{label} {status} {type(error).__name__}", f"{label} {status}: {error}"[:1500]
        )


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
            site.OCRSITE_RATE_LIMIT = 0
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
