"""What a health check is told by the start and by the site's parts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ocrsite.monitoring import health, self_checks
from ocrsite.monitoring.self_checks import Findings, WorkerHealth
from ocrsite.runtime.start_state import Start

READY = WorkerHealth("tesseract", "ready", "")
SOUND = Findings(database=True, storage=True, queue=True, ocr_workers=(READY,))
LONG_AGO = 1.0


def pretend_start(monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    monkeypatch.setattr(health, "read_current_start", lambda: start)


def pretend_findings(monkeypatch: pytest.MonkeyPatch, found: Findings) -> None:
    monkeypatch.setattr(self_checks, "run_checks", lambda start_id: found)


def read_health(client: Client) -> dict[str, Any]:
    response = client.get("/health")
    assert response.status_code == 200
    return dict(response.json())
