"""Requests made of the API's description are answered as it says. 10,000 of them:
`python -m tests.attacks.schema_cases`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.permissions.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_no_request_is_answered_otherwise_than_described(
    media: Path, follow: Callable[[], None], settings: Any
) -> None:
    from tests.attacks.schema_cases import run  # seconds, which the other tests need not wait for

    settings.OCRSITE_RATE_LIMIT = 0
    world = make_world()
    follow()

    report = run(world, 500, start=2026)

    assert not report.failures, str(report)
    assert sum(report.statuses.values()) >= 300
    assert {200, 201, 204, 400, 403, 404} <= set(report.statuses), str(report)
