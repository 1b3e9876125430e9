"""A site that has started, whose checks are new in each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.background_check import BackgroundCheck
from documents.search.index.index_state import IndexStatus
from ocrsite.monitoring import health
from ocrsite.runtime.start_state import ProcessRole, Start
from tests.ocrsite.monitoring.states import LONG_AGO, pretend_start


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, search_directory: Path) -> None:
    pretend_start(monkeypatch, Start(ProcessRole.ALL, ready=True, ready_at=LONG_AGO))
    search_directory.mkdir()
    IndexStatus("following").write(search_directory)


@pytest.fixture(autouse=True)
def fresh_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_check", BackgroundCheck("self-check", every=health.FRESH))
