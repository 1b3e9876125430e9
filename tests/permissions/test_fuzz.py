"""No request to the API is an error of the server. The long run is tests/attacks/fuzz_api.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.fuzz_api import run
from tests.permissions.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_nothing_that_is_sent_to_the_api_is_an_error_of_the_server(
    media: Path, follow: Callable[[], None]
) -> None:
    world = make_world()
    follow()

    report = run(world, 300, start=1)

    assert not report.failures, str(report)
    assert sum(report.statuses.values()) == 300
    assert {200, 400, 401, 404, 405} <= set(report.statuses), str(report)
