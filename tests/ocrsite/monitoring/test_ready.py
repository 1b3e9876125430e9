"""What /health/ready says, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from ocrsite.monitoring.self_checks import Findings
from tests.ocrsite.monitoring.states import READY, SOUND, pretend_findings, read_health


def test_ready_needs_a_database_a_storage_and_an_ocr_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    pretend_findings(monkeypatch, SOUND)

    assert client.get("/health/ready").status_code == 200


def test_without_a_queue_it_is_ready_and_degraded(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    # Documents are taken in and found by the next look at the database.
    pretend_findings(
        monkeypatch, replace(SOUND, queue=False, problems=("The queue does not answer.",))
    )

    assert client.get("/health/ready").status_code == 200
    assert read_health(client)["status"] == "degraded"


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/ready"])
def test_a_probe_may_ask_under_any_name(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None, settings: Any, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["archive.example"]
    pretend_findings(monkeypatch, SOUND)

    assert client.get(path, HTTP_HOST="10.1.2.3:8081").status_code == 200


def test_ready_names_a_missing_ocr_worker_beside_other_problems(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    found = replace(SOUND, queue=False, ocr_workers=(), problems=("The queue does not answer.",))
    pretend_findings(monkeypatch, found)

    assert "No OCR worker" in client.get("/health/ready").json()["detail"]


@pytest.mark.parametrize("missing", ["database", "storage", "ocr_workers"])
def test_ready_says_why_it_is_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, started: None, missing: str
) -> None:
    parts: dict[str, Any] = {
        "database": True,
        "storage": True,
        "queue": True,
        "ocr_workers": (READY,),
        missing: (),
    }
    pretend_findings(monkeypatch, Findings(**parts))

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]
    assert response.json()["detail"]
