"""A clock that tests set, and the real hashers in place of the quick one."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from documents.sign_in import throttle


class Clock:
    def __init__(self) -> None:
        self.time = timezone.now()

    def now(self) -> datetime.datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += datetime.timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The throttle's clock: it stands still until a test advances it."""
    clock = Clock()
    monkeypatch.setattr(throttle, "timezone", SimpleNamespace(now=clock.now))
    return clock
